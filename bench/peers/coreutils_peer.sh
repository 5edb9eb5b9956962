#!/bin/sh
# The benchmark's jobs with awk and sort, where those tools can do them: coreutils_peer.sh JOB INPUT OUTPUT
# CSV with line breaks in quotes and JSON are beyond them.
set -eu
export LC_ALL=C
case $1 in
word-count)
  awk '{ for (i = 1; i <= NF; i++) n[$i]++ } END { for (w in n) print w "," n[w] }' "$2" | sort -t, -k1,1 >"$3.rows"
  { echo word,count && cat "$3.rows"; } >"$3" ;;
access-log)
  awk '
    BEGIN { split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", names, " "); for (i in names) month[names[i]] = sprintf("%02d", i) }
    { t = $4; hour = substr(t, 9, 4) "-" month[substr(t, 5, 3)] "-" substr(t, 2, 2) "T" substr(t, 14, 2)
      bytes = $10 == "-" ? 0 : $10
      n["status," $9]++; b["status," $9] += bytes; n["hour," hour]++; b["hour," hour] += bytes; n["path," $7]++; b["path," $7] += bytes }
    END { for (k in n) printf "%s,%.0f,%.0f\n", k, n[k], b[k] }' "$2" >"$3.rows"
  { echo group,value,requests,bytes
    grep '^status,' "$3.rows" | sort -t, -k2,2
    grep '^hour,' "$3.rows" | sort -t, -k2,2
    grep '^path,' "$3.rows" | sort -t, -k3,3nr -k2,2 >"$3.paths"
    head -n 100 "$3.paths"; } >"$3" ;;
sort) sort --parallel=2 -S 1G -o "$3" "$2" ;;
*) echo "cannot: $1" >&2; exit 64 ;;
esac
