# What contrib/bench has measured: kept a line each, shown as a table, and judged.
# shellcheck shell=bash disable=SC2154 # the rows and the folder are the caller's

round=0

# record_figures NAME FILE: "round name rate p50 p99", from the JSON that is the file.
record_figures() {
    local pattern='"per_second":([0-9.]+),"p50_ms":([0-9.]+),"p99_ms":([0-9.]+)'
    [[ $(<"$2") =~ $pattern ]] || return 0 # it only filled
    echo "$round $1 ${BASH_REMATCH[*]:1}" >>"$folder/figures"
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

function median_of(what, name,    count, i, values) {
    for (i = 1; i <= rounds; i++)
        if ((i, name) in rate)
            values[++count] = what == "rate" ? rate[i, name] : what == "p50" ? p50[i, name] : p99[i, name]
    return median(values, count)
}

function ratio_of(ours, yardstick, direction,    count, i, values) {
    for (i = 1; i <= rounds; i++)
        if ((i, ours) in rate)
            values[++count] = direction == "more" ? rate[i, ours] / rate[i, yardstick] \
                                                  : rate[i, yardstick] / rate[i, ours]
    least = most = values[1]
    for (i in values) {
        least = values[i] < least ? values[i] : least
        most = values[i] > most ? values[i] : most
    }
    return median(values, count)
}

function verdict(ratio, bar, direction) {
    if (bar == "-")
        return "-"
    return (direction == "more" ? ratio >= bar : ratio <= bar) ? "ok" : "SHORT"
}

function limit(value, direction) {
    return value == "-" ? value : (direction == "more" ? ">= " : "<= ") value
}

BEGIN {
    while ((getline line < figures) > 0) {
        split(line, part, " ")
        rate[part[1], part[2]] = part[3]
        p50[part[1], part[2]] = part[4]
        p99[part[1], part[2]] = part[5]
        rounds = part[1] > rounds ? part[1] : rounds
    }
    form = "%-36s %9s %8s %8s  %-8s %9s  %6s %-13s %-8s %-8s %s\n"
    printf form, "", "ours /s", "p50 ms", "p99 ms", "beside", "/s", "ratio", "(range)", "bar", "aim", ""
}

{
    ratio = ratio_of($2, $3, $6)
    verdict_here = verdict(ratio, $4, $6)
    printf form, $1, sprintf("%.0f", median_of("rate", $2)), sprintf("%.2f", median_of("p50", $2)), \
        sprintf("%.2f", median_of("p99", $2)), $3, sprintf("%.0f", median_of("rate", $3)), \
        sprintf("%.2f", ratio), sprintf("(%.2f-%.2f)", least, most), limit($4, $6), limit($5, $6), verdict_here
    is_short = is_short || verdict_here == "SHORT"
}

END { exit is_short }'
}
