#!/bin/sh
# The public page of a certificate, its JSON and its signed form per second, beside the same bytes as static files
# from nginx, on the same machine in one run:
#
#     crates/server/peers/register.sh target/production/guosuo [SECONDS [CONNECTIONS [ROUNDS]]]
#
# Needs the Debian packages nginx-light (or nginx), wrk and curl. Ours and nginx take turns, so that both meet the same
# machine; of the rounds the median counts. Printed are requests a second, what half and 99 in 100 took, and the ratios
# ours / nginx: more is better for the first, less for the second. A figure counts only from an optimised build
# on a machine that does nothing else. Any answer but 200 fails the run. The search beside them is not kept in memory
# and stands there for comparison.
set -eu
bin=${1:?the program, for example target/production/guosuo}
seconds=${2:-10}
connections=${3:-64}
rounds=${4:-3}
for need in nginx wrk curl; do
    command -v $need >/dev/null || { echo "missing: $need (apt-get install nginx-light wrk curl)" >&2; exit 2; }
done
place=$(mktemp -d)
# nginx, when root starts it, reads the files as another user.
chmod 755 "$place"
ours= peer=
finish() {
    for child in $ours $peer; do kill "$child" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT
trap 'exit 1' INT TERM
GUOSUO_LOG=error "$bin" demo --listen 127.0.0.1:0 --data "$place/data" >"$place/said" 2>"$place/log" &
ours=$!
until grep -q '^http://' "$place/said"; do
    kill -0 $ours 2>/dev/null || { cat "$place/log" >&2; exit 1; }
    sleep 0.2
done
at=$(grep -m1 '^http://' "$place/said" | sed 's,/$,,')
# The worker publishes and signs within seconds of the start.
number= tries=0
until [ -n "$number" ] && curl -fs "$at/certificates/$number/signed.json" -o /dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 120 ] || { echo "no certificate was signed within two minutes" >&2; exit 1; }
    sleep 1
    number=$(curl -s "$at/certificates.json?status=valid" | sed -n 's/.*"number":"\([A-Za-z0-9._-]*\)".*/\1/p')
done
pairs="page:certificates/$number json:certificates/$number.json signed:certificates/$number/signed.json \
search:certificates.json?q=$number"
mkdir -p "$place/html"
for pair in $pairs; do
    curl -fs "$at/${pair#*:}" -o "$place/html/${pair%%:*}" || { echo "not there: ${pair#*:}" >&2; exit 1; }
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
    open_file_cache_valid 600s;
    default_type text/html;
    client_body_temp_path $place/a; proxy_temp_path $place/b; fastcgi_temp_path $place/c; uwsgi_temp_path $place/d; scgi_temp_path $place/e;
    server { listen 127.0.0.1:18999; root $place/html; }
}
CONF
nginx -c "$place/nginx.conf" -p "$place" 2>"$place/nginx.said" &
peer=$!
tries=0
until curl -fs http://127.0.0.1:18999/page -o "$place/seen" && cmp -s "$place/seen" "$place/html/page"; do
    tries=$((tries + 1))
    [ $tries -lt 50 ] || { cat "$place/nginx.said" "$place/nginx.log" >&2; exit 1; }
    sleep 0.2
done
# A time of wrk in microseconds.
micros() {
    sed -n "s/^ *$1% *//p" "$place/out" | awk '/us$/ { print $1 + 0 } /[0-9]ms$/ { print ($1 + 0) * 1000 } /[0-9]s$/ && !/ms$/ && !/us$/ { print ($1 + 0) * 1000000 }'
}
# Appends to a file: requests a second, median, 99th percentile.
load() {
    wrk --latency -t2 -c"$connections" -d"${seconds}s" "$2" >"$place/out"
    if grep -E 'Non-2xx|Socket errors' "$place/out" >&2; then
        echo "$2 was not always answered" >&2
        exit 1
    fi
    echo "$(sed -n 's/^Requests\/sec: *//p' "$place/out") $(micros 50) $(micros 99)" >>"$1"
}
median() {
    awk -v column="$2" '{ print $column }' "$1" | sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'
}
printf '%-8s %7s | %10s %8s %8s | %10s %8s %8s | %7s %7s %7s\n' \
    what bytes ours/s p50us p99us nginx/s p50us p99us ratio p50 p99
for pair in $pairs; do
    what=${pair%%:*}
    load "$place/warm" "$at/${pair#*:}"
    for _ in $(seq "$rounds"); do
        load "$place/$what.ours" "$at/${pair#*:}"
        load "$place/$what.nginx" "http://127.0.0.1:18999/$what"
    done
    row="$what $(wc -c <"$place/html/$what")"
    for side in ours nginx; do
        for column in 1 2 3; do row="$row $(median "$place/$what.$side" $column)"; done
    done
    echo "$row" | awk '{ printf "%-8s %7d | %10.0f %8.0f %8.0f | %10.0f %8.0f %8.0f | %7.2f %7.2f %7.2f\n", $1, $2, $3, $4, $5, $6, $7, $8, $3 / $6, $4 / $7, $5 / $8 }'
done
