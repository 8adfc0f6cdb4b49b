# To be sourced by bash: what goes on while a command works, and what was wrong when a build failed.

# watched LABEL LOG COMMAND…: runs COMMAND with its output in LOG, and shows that it goes on: on a terminal a
# line that moves, elsewhere a few plain lines.
watched() {
  local label=$1 log=$2 started=$SECONDS status=0 watcher
  shift 2
  : >"$log"
  echo "  $label"
  follow "$log" "$$" & watcher=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$watcher" 2>/dev/null || true
  wait "$watcher" 2>/dev/null || true
  ! moving_line || printf '\r\e[K'
  [ "$status" -ne 0 ] || echo "  … done ($((SECONDS - started)) s)"
  return "$status"
}

moving_line() { [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; }

# follow LOG OWNER: until it is killed, or the shell OWNER is.
follow() {
  local log=$1 owner=$2 started=$SECONDS next=15 width=80 line
  ! moving_line || width=$(stty size 2>/dev/null </dev/tty | cut -d' ' -f2)
  while kill -0 "$owner" 2>/dev/null; do
    line=$(tail -c 2000 "$log" | tr '\r\t' '\n ' | grep -v '^ *$' | tail -n 1) || true
    if moving_line; then
      line="  $((SECONDS - started)) s  $line"
      printf '\r\e[K%s' "${line:0:$((${width:-80} - 1))}"
    elif ((SECONDS - started >= next)); then
      echo "  … $next s: ${line:0:100}"
      ((next += next < 240 ? next : 240))
    fi
    sleep 0.5
  done
}

# errors_in LOG: what a compiler, a linker, CMake or apt complained of; the last lines where none is known.
errors_in() {
  local errors
  errors=$(awk '
    /^(\/|\.\.?\/)?[^ ]*(:[0-9]+)*: (fatal )?error:|^CMake Error|undefined reference to|multiple definition of|ld: |^E: |: error: |^ninja: error|No space left/ {left = 8}
    /: (warning|note): |^FAILED: |^\[[0-9]+\/[0-9]+\]/ {left = 0}
    left-- > 0 {print substr($0, 1, 300)}' "$1" | head -n 60)
  if [ -n "$errors" ]; then echo "$errors"; else tail -n 40 "$1"; fi
}
