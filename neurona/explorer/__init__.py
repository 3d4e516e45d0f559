"""The page: a reading asked and seen in a browser on this machine. `answers` knows the reading, `app` the web, `safety` what is refused."""
