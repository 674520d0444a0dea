# Set-up shared by packaging/lab and packaging/test: installs the Debian packages that are missing and builds a release.
# Sourced, not run. Sets $root and $build.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${LAB_BUILD:-$root/build/release}

say() { printf '%s\n' "$*" >&2; }

# install_missing KIND...: the packages of packages.txt of these kinds that are not installed yet. Where all are there,
# nothing touches the network.
install_missing() {
    local kinds=" $* " missing=() kind name
    while read -r kind name _; do
        [[ -z $kind || $kind == \#* || $kinds != *" $kind "* ]] && continue
        [[ $(dpkg-query -W -f='${Status}' "$name" 2>/dev/null) == "install ok installed" ]] || missing+=("$name")
    done <"$root/packaging/packages.txt"
    ((${#missing[@]})) || return 0
    if ! command -v apt-get >/dev/null; then
        say "This set-up is for Debian 12 (apt-get is missing here). Install the equivalents of: ${missing[*]}"
        return 1
    fi
    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || { say "Please run as root, once: apt-get install ${missing[*]}"; return 1; }
        as_root=(sudo)
    fi
    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# configure_and_build EXTRA_CMAKE_ARGUMENTS...: one build folder; a second call compiles only what changed.
configure_and_build() {
    local log=$build/build.log
    mkdir -p "$build"
    if ! cmake --preset release -S "$root" -B "$build" "$@" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        say "The configuration failed; the whole log is $log"
        return 1
    fi
    say "Building into $build (the first time takes some minutes)"
    if ! cmake --build "$build" >>"$log" 2>&1; then
        grep -nE 'error|Error' "$log" | head -n 20 >&2
        tail -n 5 "$log" >&2
        say "The build failed; the whole log is $log"
        return 1
    fi
}
