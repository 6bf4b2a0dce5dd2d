# What contrib/bench has measured: kept a line each, shown as a table, and judged.
# shellcheck shell=bash disable=SC2154 # the rows and the folder are the caller's

round=0

# record_figures NAME FILE: "round name rate p50 p99", from the JSON that is the file.
record_figures() {
    local pattern='"per_second":([0-9.]+),"p50_ms":([0-9.]+),"p99_ms":([0-9.]+)'
    [[ $(<"$2") =~ $pattern ]] || return 0 # it only filled
    echo "$round $1 ${BASH_REMATCH[*]:1}" >>"$folder/figures"
}

# record_rate NAME COUNT FROM TO: done between two moments, in seconds.
record_rate() {
    awk -v round="$round" -v name="$1" -v count="$2" -v from="$3" -v to="$4" \
        'BEGIN { print round, name, count / (to - from) }' >>"$folder/figures"
}

# record_value NAME VALUE: the largest of a round stays.
record_value() {
    echo "$round $1 $2" >>"$folder/figures"
}

show_machine() {
    local model
    model=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
    step "$(nproc) x ${model:-$(uname -m)}, Linux $(uname -r), $people people, $rounds rounds"
}

# A table of all rows. Fails when a ratio is not what it must be.
show_figures() {
    printf '%s\n' "${rows[@]}" | awk -F '|' -v figures="$folder/figures" '
function median(values, count,    i, j, value) {
    for (i = 2; i <= count; i++) {
        value = values[i]
        for (j = i - 1; j >= 1 && values[j] > value; j--)
            values[j + 1] = values[j]
        values[j + 1] = value
    }
    return (values[int((count + 1) / 2)] + values[int(count / 2) + 1]) / 2
}

# The figure of each round: 1 the rate or the value, 2 p50, 3 p99.
function median_of(name, which,    count, i, values) {
    for (i = 1; i <= rounds; i++)
        if ((i, name, which) in figure)
            values[++count] = figure[i, name, which]
    return count ? median(values, count) : "-"
}

function compare(i, ours, beside, way) {
    if (way == "rate")
        return figure[i, ours, 1] / figure[i, beside, 1]
    if (way == "time")
        return figure[i, beside, 1] / figure[i, ours, 1]
    if (way == "p99")
        return figure[i, ours, 3] / figure[i, beside, 3]
    return figure[i, ours, 1] / (beside == "-" ? 1 : figure[i, beside, 1])
}

function ratio_of(ours, beside, way,    count, i, values) {
    for (i = 1; i <= rounds; i++)
        if ((i, ours, 1) in figure)
            values[++count] = compare(i, ours, beside, way)
    least = most = values[1]
    for (i in values) {
        least = values[i] < least ? values[i] : least
        most = values[i] > most ? values[i] : most
    }
    return median(values, count)
}

function verdict(ratio, bar, way) {
    if (bar == "-")
        return "-"
    return (way == "rate" ? ratio >= bar : ratio <= bar) ? "ok" : "SHORT"
}

function limit(value, way) {
    return value == "-" ? value : (way == "rate" ? ">= " : "<= ") value
}

function rounded(value, digits) {
    return value == "-" ? value : sprintf("%." digits "f", value)
}

BEGIN {
    while ((getline line < figures) > 0) {
        split(line, part, " ")
        for (i = 1; i <= 3; i++)
            if (part[i + 2] != "" && part[i + 2] > figure[part[1], part[2], i] + 0)
                figure[part[1], part[2], i] = part[i + 2]
        rounds = part[1] > rounds ? part[1] : rounds
    }
    form = "%-41s %9s %8s %8s  %-12s %9s  %6s %-13s %-8s %-8s %s\n"
    printf form, "", "ours", "p50 ms", "p99 ms", "beside", "", "ratio", "(range)", "bar", "aim", ""
}

{
    ratio = ratio_of($2, $3, $6)
    verdict_here = verdict(ratio, $4, $6)
    digits = $6 == "value" || $6 == "time" ? 1 : 0
    printf form, $1, rounded(median_of($2, 1), digits), rounded(median_of($2, 2), 2), \
        rounded(median_of($2, 3), 2), $3, rounded(median_of($3, 1), digits), \
        sprintf("%.2f", ratio), sprintf("(%.2f-%.2f)", least, most), limit($4, $6), limit($5, $6), verdict_here
    is_short = is_short || verdict_here == "SHORT"
}

END { exit is_short }'
}
