"""An embedded «Сетевой город» for the demo, the tests and a trial installation."""
