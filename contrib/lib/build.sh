# Building with cmake.
# shellcheck shell=bash disable=SC2154 # the source folder is the caller's

build_targets=() # all of them

# build_into FOLDER [CMAKE OPTION ...]: configures once, then builds what changed.
build_into() {
    local folder=$1
    shift
    mkdir -p "$folder"
    if [[ ! -f $folder/Makefile && ! -f $folder/build.ninja ]]; then
        quietly "$folder/build.log" cmake -S "$source" -B "$folder" "$@"
    fi
    quietly "$folder/build.log" cmake --build "$folder" --parallel "$(nproc)" \
        ${build_targets:+--target "${build_targets[@]}"}
}
