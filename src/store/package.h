/* Package: where a function belongs, told from its symbol alone. The package of Java and Go, the
 * namespace of C++, the module path of Rust, what lies in node_modules for V8.
 * Owner: none; the answer is a slice of the symbol. Thread: pure function. Cost: one pass.
 * Failure: a symbol without a package gives the empty Str.
 * Symbols do not say what is a class and what a namespace, so case decides, as these languages
 * write it: the first part of a C++ or Rust path always counts, a later one in upper case, or with
 * template arguments, is a type and ends it; a Java class is upper case, a Go package is not. */
#pragma once

#include "base/str.h"

Str symbol_package(Str symbol); /* as written there: "java/util", "java.util", "v8::internal" */
