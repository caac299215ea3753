# shellcheck shell=bash
# Sourced by setup/run: a step of the set-up with its progress on screen, and how to be root.

log=${VOICEBOT_STATE_DIR:-var}/log/setup.log

say() { printf '%s\n' "$*"; }

# Runs its arguments as root: as they are, or through sudo with what they need of the environment.
as_root() {
  if [ "$EUID" -eq 0 ]; then
    "$@"
  else
    sudo -n --preserve-env=http_proxy,https_proxy,no_proxy,VOICEBOT_DEBIAN_MIRROR "$@"
  fi
}

# Asks for sudo's password now, while the screen is free, and not in the middle of a step.
need_root() {
  [ "$EUID" -eq 0 ] && return
  if ! command -v sudo >/dev/null; then
    say "Only root may install $1: run \`make setup\` as root, or install sudo." >&2
    exit 1
  fi
  sudo -n true 2>/dev/null || { say "sudo is needed to install $1."; sudo -v; }
}

# Until it is killed: says how long a step has lasted, and on a terminal what it does just now.
show_progress() {
  local name=$1 begun_s=$SECONDS shown_s=0 passed_s
  while kill -0 "$$" 2>/dev/null; do
    passed_s=$((SECONDS - begun_s))
    if [ -t 1 ]; then
      printf '\r\033[K%-22s %3d s  %s' "$name" "$passed_s" \
        "$(tail -n 1 "$log" | tr -cd '[:print:]' | cut -c 1-50)"
    elif [ $((passed_s - shown_s)) -ge 10 ]; then
      shown_s=$passed_s
      say "$name … $passed_s s"
    fi
    # A pause without a child process that would outlive the loop.
    read -r -t 0.5 <> <(:) || true
  done
}

# step NAME COMMAND...: its output goes to the log; on screen come progress, its last line, or,
# when it fails, the end of the log. The command is in the foreground: Ctrl-C reaches it.
step() {
  local name=$1 begun_s=$SECONDS status=0
  shift
  mkdir -p "$(dirname "$log")"
  : >"$log"
  show_progress "$name" &
  progress_pid=$!
  trap 'kill "$progress_pid" 2>/dev/null' EXIT
  ("$@") </dev/null >>"$log" 2>&1 || status=$?
  kill "$progress_pid"
  wait "$progress_pid" 2>/dev/null || true
  trap - EXIT
  [ ! -t 1 ] || printf '\r\033[K'
  if [ "$status" -ne 0 ]; then
    say "$name failed; the end of $log:"
    tail -n 30 "$log" | sed 's/^/    /'
    say "Set right what it says and run the same command again: it goes on where it stopped."
    exit "$status"
  fi
  say "$(printf '%-22s %3d s  %s' "$name" $((SECONDS - begun_s)) "$(tail -n 1 "$log")")"
}
