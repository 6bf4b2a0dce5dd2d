# cmake -DFOLDER=<scim-schemas> -DOUTPUT=<file.c> -P embed.cmake
#
# Write the documents of FOLDER as C arrays, in the form that document.h declares.
cmake_minimum_required(VERSION 3.20)

file(GLOB documents RELATIVE ${FOLDER} ${FOLDER}/*.json)
list(SORT documents)

set(arrays "")
set(rows "")
foreach(document ${documents})
    string(MAKE_C_IDENTIFIER ${document} array)
    file(READ ${FOLDER}/${document} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${hex}")
    string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n    "
        octets "${octets}")
    string(APPEND arrays "static const unsigned char ${array}[] = {\n    ${octets}\n};\n\n")
    string(APPEND rows "    {\"${document}\", ${array}, sizeof(${array})},\n")
endforeach()

file(WRITE ${OUTPUT}
    "#include \"document.h\"\n\n${arrays}"
    "const struct scim_document scim_documents[] = {\n${rows}    {NULL, NULL, 0},\n};\n")
