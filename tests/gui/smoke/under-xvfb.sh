#!/bin/sh
# Runs a program in a real window of a virtual X server; 77 (skipped) where there is none (Debian package xvfb).
command -v xvfb-run >/dev/null 2>&1 || exit 77
exec xvfb-run -a -s "-screen 0 1600x1000x24" "$@"
