# Fuzzing: one program for each parser, tests/fuzz/fuzz_<noun>.c, run for a while from
# the inputs that are kept and from the test cases.
# shellcheck shell=bash disable=SC2034,SC2154 # shared with the caller

fuzzing='' # the folder of what a run makes
fuzzer_pids=()

build_fuzzers() {
    step "Build: $source/$build, the fuzzers"
    build_targets=(fuzzers)
    build_into "$source/$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DBRIDGE_TESTS=ON -DBRIDGE_FUZZ=ON \
        -DBRIDGE_SANITIZE=address,undefined,fuzzer-no-link
}

# As many at a time as there are processors. Fails when one of them finds something.
run_fuzzers() {
    local nouns noun findings=0
    mapfile -t nouns < <(fuzzer_nouns)
    ((${#nouns[@]} > 0)) || fail "no fuzzer's name matches $pattern"
    step "Fuzzers: ${#nouns[@]}, $fuzz_seconds seconds each"
    fuzzing=$source/$build/tests/fuzz
    mkdir -p "$fuzzing/findings"
    for noun in "${nouns[@]}"; do
        wait_for_processor
        run_fuzzer "$noun" >"$fuzzing/$noun.log" 2>&1 </dev/null &
        fuzzer_pids+=($!)
    done
    wait
    for noun in "${nouns[@]}"; do
        show_fuzzer "$noun" || findings=$((findings + 1))
    done
    ((findings == 0)) || fail "$findings of ${#nouns[@]} found something" \
        "the inputs are in $fuzzing/findings, what became of them in $fuzzing/*.log" \
        "an input in tests/fuzz/corpus/<noun> is tried by every contrib/test"
}

fuzzer_nouns() {
    local program
    for program in "$source/$build"/tests/fuzz_*; do
        [[ ! -x $program || ! ${program##*/fuzz_} =~ $pattern ]] || echo "${program##*/fuzz_}"
    done
}

wait_for_processor() {
    local running
    mapfile -t running < <(jobs -rp)
    ((${#running[@]} < $(nproc))) || wait -n || true
}

# New inputs are written to the first of the folders. Takes the place of its shell, so
# that what is ended by its number is the fuzzer.
run_fuzzer() {
    local kept=$source/tests/fuzz/corpus/$1
    [[ -d $kept ]] || kept=''
    mkdir -p "$fuzzing/new/$1"
    exec "$source/$build/tests/fuzz_$1" \
        -max_total_time="$fuzz_seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 \
        -artifact_prefix="$fuzzing/findings/$1-" \
        "$fuzzing/new/$1" "$fuzzing/seeds/$1" ${kept:+"$kept"}
}

# A fuzzer says at its end how many inputs it tried, unless it found something.
show_fuzzer() {
    local log=$fuzzing/$1.log runs
    runs=$(sed -n 's/^Done \([0-9]*\) runs in .*/\1/p' "$log")
    if [[ -n $runs ]]; then
        say "$(printf '%-14s %10s inputs' "$1" "$runs")"
    else
        say "$(printf '%-14s FOUND SOMETHING: %s' "$1" "$(summary_of "$log")")"
        return 1
    fi
}

summary_of() {
    grep -m 1 -E '^SUMMARY: |^ALARM: ' "$1" || tail -n 1 "$1"
}

end_fuzzers() {
    local pid
    for pid in "${fuzzer_pids[@]}"; do
        end_process "$pid"
    done
}
