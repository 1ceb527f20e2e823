/* The package of a symbol, as each language and each tool writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/package.h"

typedef struct Row {
    const char *symbol, *package;
} Row;

static void expect(const Row *rows, size_t n) {
    for (size_t i = 0; i < n; i++) {
        Str symbol = str_of(rows[i].symbol), got = symbol_package(symbol);
        if (!str_eq_c(got, rows[i].package))
            fail_msg("%s: \"%.*s\", not \"%s\"", rows[i].symbol, (int)got.n, got.s,
                     rows[i].package);
        assert_true(got.s >= symbol.s && got.s + got.n <= symbol.s + symbol.n);
    }
}
#define EXPECT(rows) expect(rows, sizeof rows / sizeof *rows)

static void java(void **state) {
    static const Row rows[] = {
        {"java.util.HashMap.get", "java.util"},
        {"java/util/HashMap.get", "java/util"},
        {"java/util/HashMap::get", "java/util"},
        {"java/util/HashMap", "java/util"},
        {"java.util.HashMap", "java.util"},
        {"a/b/C", "a/b"},
        {"Ljava/util/HashMap;::get", "java/util"},
        {"Lio/netty/channel/nio/NioEventLoop;.run()V", "io/netty/channel/nio"},
        {"Lorg/mozilla/javascript/gen/file__x_js_93;.call", "org/mozilla/javascript/gen"},
        {"io/netty/channel/AbstractChannelHandlerContext.flush()Lio/netty/channel/Channel;",
         "io/netty/channel"},
        {"void java.lang.Thread.run()", "java.lang"},
        {"java.lang.Object com.shop.Basket.get(int, java.lang.String)", "com.shop"},
        {"java.util.Map$Entry.getKey", "java.util"},
        {"com.sun.proxy.$Proxy12.call", "com.sun.proxy"},
        {"jdk/proxy2/$Proxy45.get", "jdk/proxy2"},
        {"com.shop.Till$$Lambda$14/0x0000000800066840.apply", "com.shop"},
        {"com/shop/Till$$Lambda$14/0x0000000800066840.apply", "com/shop"},
        {"java/lang/invoke/LambdaForm$MH.0x000000080025a400.invoke", "java/lang/invoke"},
        {"java.util.ArrayList.<init>", "java.util"},
        {"HashMap.get", ""},
        {"Basket::add", "Basket"}, /* could be C++, where it is the class that is told */
    };
    (void)state;
    EXPECT(rows);
}

static void cpp(void **state) {
    static const Row rows[] = {
        {"a::b::f", "a::b"},
        {"a::b::f(int, c::d::E)", "a::b"},
        {"std::vector<int>::push_back(int&&)", "std"},
        {"std::map<a::b, std::less<a::b> >::find(a::b const&) const", "std"},
        {"void std::sort<int*>(int*, int*)", "std"},
        {"std::__cxx11::basic_string<char>::append", "std::__cxx11"},
        {"v8::internal::Execution::Call(v8::internal::Isolate*)", "v8::internal"},
        {"v8::internal::(anonymous namespace)::Invoke(int)", "v8::internal"},
        {"(anonymous namespace)::f(int)", ""},
        {"node::builtins::BuiltinLoader::CompileAndCall", "node::builtins"},
        {"JavaThread::run()", "JavaThread"},
        {"list<int>::next", "list"},
        {"std::operator+<char>(char const*)", "std"},
        {"std::operator<< <std::char_traits<char> >(std::ostream&)", "std"},
        {"a::B::operator()(int) const", "a"},
        {"a::operators::f", "a::operators"},
        {"operator new(unsigned long)", ""},
        {"vtable for a::b::C", "a::b"},
        {"non-virtual thunk to a::b::C::f()", "a::b"},
        {"a::f(int)::{lambda(int)#1}::operator()(int) const", "a"},
        {"a::b::f[abi:cxx11](int)", "a::b"},
        {"a::f(int) [clone .isra.0]", "a"},
        {"f(int)", ""},
        {"main", ""},
        {"::f", ""},
        {"f::", ""},
        {"::", ""},
    };
    (void)state;
    EXPECT(rows);
}

static void rust(void **state) {
    static const Row rows[] = {
        {"shop::till::open", "shop::till"},
        {"shop::till::Till::open", "shop::till"},
        {"shop::till::open::h0123456789abcdef", "shop::till"},
        {"shop::till::open::h0123456789abcdeX", "shop::till::open"},
        {"shop::till::open::{{closure}}", "shop::till"},
        {"shop::till::open::{closure#0}::{closure#1}", "shop::till"},
        {"log::set_logger::_$u7b$$u7b$closure$u7d$$u7d$::hcb7821323b596727", "log"},
        {"<alloc::vec::Vec<T> as core::ops::drop::Drop>::drop", "alloc::vec"},
        {"<&mut shop::till::Till as core::fmt::Debug>::fmt", "shop::till"},
        {"<&T as core::fmt::Debug>::fmt", ""},
        {"core::ptr::drop_in_place<alloc::vec::Vec<u8>>", "core::ptr"},
        {"_$LT$core..result..Result$LT$T$C$E$GT$$GT$::and_then::h47fa4b8545196b9b", "core..result"},
        {"_$LT$T$GT$::f", ""},
    };
    (void)state;
    EXPECT(rows);
}

static void go(void **state) {
    static const Row rows[] = {
        {"runtime.mallocgc", "runtime"},
        {"main.main", "main"},
        {"main.main.func1", "main"},
        {"main.(*Till).Open", "main"},
        {"fmt.Println", "fmt"},
        {"strings.Builder.String", "strings"},
        {"net/http.(*conn).serve", "net/http"},
        {"net/http.Get", "net/http"},
        {"encoding/json.(*Decoder).Decode.func2", "encoding/json"},
        {"github.com/shop/till.(*Till).Open", "github.com/shop/till"},
        {"github.com/shop/till.Open", "github.com/shop/till"},
        {"gopkg.in/yaml%2ev2.unmarshal", "gopkg.in/yaml%2ev2"},
        {"slices.SortFunc[go.shape.[]int,go.shape.int]", "slices"},
        {"golang.org/x/exp/maps.Keys[go.shape.map[string]int]", "golang.org/x/exp/maps"},
    };
    (void)state;
    EXPECT(rows);
}

static void scripts(void **state) {
    static const Row rows[] = {
        {"LazyCompile:*parse /srv/shop/node_modules/express/lib/router.js:12:3", "express"},
        {"JS:~f /srv/node_modules/a/node_modules/@till/open/x.js:1:1", "@till/open"},
        {"JS:*report /srv/shop/report.js:44:21", ""},
        {"Function:emit node:events:460:44", ""},
        {"Builtin:ArgumentsAdaptorTrampoline", ""},
        {"RegExp:\\bFoo ?Bar(?:/[\\d.]+|[ \\w.]*)", ""},
        {"py::main:/srv/shop/till.py", "py"},
    };
    (void)state;
    EXPECT(rows);
}

static void no_package(void **state) {
    static const Row rows[] = {
        {"", ""},
        {"[unknown]", ""},
        {"[libc.so.6]", ""},
        {"tcp_sendmsg", ""},
        {"copy_page.constprop.0", ""},
        {"do_read.isra.12", ""},
        {"vfs_read.cold", ""},
        {"f.123", ""},
        {".channelRead", ""},
        {"libshop.so", ""},
        {"/usr/lib/libc.so.6", ""},
        {"kworker/u8:2", ""},
        {"ksoftirqd/0", ""},
        {"0xffffffff81000000", ""},
        {"Interpreter", ""},
        {"<", ""},
        {">>", ""},
        {"a/", ""},
        {"/", ""},
        {".", ""},
        {":", ""},
        {"L/;", ""},
    };
    (void)state;
    EXPECT(rows);
}

/* Whatever bytes a symbol has, the answer lies within it. */
static void any_bytes(void **state) {
    static const char bytes[] = "aZ0::..//<>()[]{};L$_ \xff\"as operator(anonymous ";
    uint64_t seed = 88172645463325252u;
    (void)state;
    for (int round = 0; round < 200000; round++) {
        char *text = malloc(24); /* of its own, so that a sanitizer sees its end */
        size_t n = seed % 24;
        for (size_t i = 0; i < n; i++) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            text[24 - n + i] = bytes[seed % (sizeof bytes - 1)];
        }
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        Str symbol = {text + 24 - n, n}, got = symbol_package(symbol);
        assert_true(got.s >= symbol.s && got.s + got.n <= symbol.s + n);
        assert_true(got.n < n || !n);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(java),      cmocka_unit_test(cpp),     cmocka_unit_test(rust),
        cmocka_unit_test(go),        cmocka_unit_test(scripts), cmocka_unit_test(no_package),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
