#!/bin/sh
# The public page of a certificate, its signed form and the JSON of the register per second, beside the same bytes as
# static files from nginx, on the same machine in one run:
#
#     crates/server/peers/register.sh target/release/guosuo [SECONDS [CONNECTIONS]]
#
# Needs the Debian packages nginx-light (or nginx), wrk and curl. Ours and nginx take turns, so that both meet the same
# machine; printed are requests a second, the 99th percentile, and the ratio. A figure counts only from a release build on
# a machine that does nothing else.
set -eu
bin=${1:?the program, for example target/release/guosuo}
seconds=${2:-10}
connections=${3:-64}
for need in nginx wrk curl; do
    command -v $need >/dev/null || { echo "missing: $need (apt-get install nginx-light wrk curl)" >&2; exit 2; }
done
place=$(mktemp -d)
trap 'kill $ours $peer 2>/dev/null || true; rm -rf "$place"' EXIT
ours= peer=
GUOSUO_LOG=error "$bin" demo --listen 127.0.0.1:0 --data "$place/data" >"$place/said" 2>"$place/log" &
ours=$!
until grep -q '^http://' "$place/said"; do
    kill -0 $ours || { cat "$place/log" >&2; exit 1; }
    sleep 0.2
done
at=$(grep -m1 '^http://' "$place/said" | sed 's,/$,,')
# The worker signs within seconds of the start.
number=
until [ -n "$number" ]; do
    sleep 1
    number=$(curl -s "$at/certificates.json?status=valid" | sed -n 's/.*"number":"\([^"]*\)".*/\1/p')
done
mkdir -p "$place/html"
for pair in "page certificates/$number" "signed certificates/$number/signed.json" "register certificates.json?q=$number"; do
    curl -fs "$at/${pair#* }" -o "$place/html/${pair%% *}" || echo "not there: ${pair#* }" >&2
done
cat >"$place/nginx.conf" <<CONF
daemon off;
worker_processes auto;
pid $place/nginx.pid;
error_log $place/nginx.log;
events { worker_connections 4096; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    open_file_cache max=100;
    client_body_temp_path $place/a; proxy_temp_path $place/b; fastcgi_temp_path $place/c; uwsgi_temp_path $place/d; scgi_temp_path $place/e;
    server { listen 127.0.0.1:18999; root $place/html; }
}
CONF
nginx -c "$place/nginx.conf" -p "$place" &
peer=$!
sleep 1
# Prints: requests a second, 99th percentile.
load() {
    wrk --latency -t2 -c"$connections" -d"${seconds}s" "$1" >"$place/out"
    echo "$(sed -n 's/^Requests\/sec: *//p' "$place/out") $(sed -n 's/^ *99% *//p' "$place/out")"
}
printf '%-10s %14s %10s %14s %10s %8s\n' what ours/s p99 nginx/s p99 ratio
for pair in "page certificates/$number" "signed certificates/$number/signed.json" "register certificates.json?q=$number"; do
    what=${pair%% *}
    [ -s "$place/html/$what" ] || continue
    load "$at/${pair#* }" >/dev/null
    a=$(load "$at/${pair#* }")
    b=$(load "http://127.0.0.1:18999/$what")
    echo "$what $a $b" | awk '{ printf "%-10s %14.0f %10s %14.0f %10s %8.2f\n", $1, $2, $3, $4, $5, $2 / $4 }'
done
