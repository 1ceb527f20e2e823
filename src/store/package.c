#include "store/package.h"

/* The qualified name within a symbol: without return type, arguments and what follows them. */
typedef struct Path {
    Str text;
    bool whole;      /* it ends in a scope: what was cut off is the function */
    bool descriptor; /* it ended in ";": a class as the JVM writes it, "Ljava/lang/String;" */
} Path;

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return is_upper(c) || (c >= 'a' && c <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool at(Str s, size_t i, Str word) {
    return str_starts(str_slice(s, i, s.n), word);
}

static Str none(Str symbol) {
    return str_slice(symbol, 0, 0);
}

/* V8 writes a tag, then the function, then its file: "LazyCompile:*parse /srv/a.js:3:7". */
static Str package_of_script(Str symbol) {
    const Str folder = STR("node_modules/");
    Str rest = symbol, found = none(symbol);
    for (size_t i; (i = str_find(rest, folder)) < rest.n;) {
        rest = str_slice(rest, i + folder.n, rest.n);
        found = rest; /* the innermost one is whose code it is */
    }
    size_t end = str_find_char(found, '/');
    if (end < found.n && found.s[0] == '@') /* "@scope/name" */
        end += 1 + str_find_char(str_slice(found, end + 1, found.n), '/');
    return end < found.n ? str_slice(found, 0, end) : none(symbol);
}

/* "(anonymous namespace)" and "operator<<": no names, and full of what ends one elsewhere. */
static bool is_unnamed(Str s, size_t i) {
    if (!at(s, i, STR("operator")))
        return at(s, i, STR("(anonymous"));
    char next = i + 8 < s.n ? s.s[i + 8] : 0;
    return next && !is_letter(next) && !is_digit(next) && next != ':';
}

/* False when the symbol is V8's. */
static bool find_path(Str s, Path *out) {
    size_t from = 0, part = 0, i = 0;
    int depth = 0;
    while (from < s.n && (s.s[from] == '<' || s.s[from] == '&' || s.s[from] == '*'))
        from++; /* Rust: "<alloc::vec::Vec<T> as Drop>::drop" */
    *out = (Path){.whole = false};
    for (i = part = from; i < s.n; i++) {
        char c = s.s[i];
        if (!depth && i == part && is_unnamed(s, i)) {
            out->whole = true;
            break;
        }
        if (c == '<') {
            depth++;
        } else if (c == '>') {
            if (!depth)
                break;
            depth--;
        } else if (depth) {
            continue;
        } else if (c == ' ') {
            if (at(s, i, STR(" as ")))
                break;
            from = part = i + 1; /* what came before was a return type */
        } else if (c == ':') {
            if (i + 1 >= s.n || s.s[i + 1] != ':') {
                if (part == from)
                    return false;
                break; /* Python's "py::f:/srv/a.py" */
            }
            while (i + 1 < s.n && s.s[i + 1] == ':')
                i++;
            part = i + 1;
        } else if (c == '(' || c == '[' || c == '{' || c == ';') {
            out->descriptor = c == ';';
            break;
        }
    }
    out->text = str_slice(s, from, i);
    return true;
}

/* "h" and 16 hexadecimal digits: what older Rust puts behind the function. */
static bool is_rust_hash(Str part) {
    if (part.n != 17 || part.s[0] != 'h')
        return false;
    for (size_t i = 1; i < part.n; i++)
        if (!is_digit(part.s[i]) && !(part.s[i] >= 'a' && part.s[i] <= 'f'))
            return false;
    return true;
}

/* What ends the function before it: that hash, or a closure in the older way of writing. */
static bool follows_function(Str part, bool is_last) {
    return (is_last && is_rust_hash(part)) || str_starts(part, STR("_$u7b$"));
}

/* Where the part that starts at `from` ends: at "::" outside of template arguments. */
static size_t part_end(Str path, size_t from) {
    int depth = 0;
    for (size_t i = from; i < path.n; i++) {
        if (path.s[i] == '<')
            depth++;
        else if (path.s[i] == '>')
            depth--;
        else if (!depth && path.s[i] == ':')
            return i;
    }
    return path.n;
}

static size_t part_next(Str path, size_t end) {
    while (end < path.n && path.s[end] == ':')
        end++;
    return end;
}

/* Parts count until a type, or until the last one, which is the function. */
static Str package_of_scopes(Str path, bool whole) {
    size_t end = 0;
    for (size_t from = 0; from < path.n;) {
        size_t stop = part_end(path, from), next = part_next(path, stop);
        Str part = str_slice(path, from, stop);
        Str after = str_slice(path, next, part_end(path, next));
        bool is_last = next >= path.n || follows_function(after, next + after.n == path.n);
        size_t arguments = str_find_char(part, '<');
        if ((is_last && !whole) || !part.n || !is_letter(part.s[0]))
            break;
        if (from && (is_upper(part.s[0]) || arguments < part.n))
            break;
        end = from + arguments; /* part.n when there are none */
        if (arguments < part.n)
            break;
        from = next;
    }
    return str_slice(path, 0, end);
}

/* Older Rust's "_$LT$alloc..vec..Vec$LT$T$GT$$GT$::push": the path of the type. */
static Str package_of_escapes(Str inside) {
    Str type = str_slice(inside, 0, str_find_char(inside, '$'));
    size_t end = 0;
    for (size_t i = 0; i + 1 < type.n; i++)
        if (type.s[i] == '.' && type.s[i + 1] == '.')
            end = i;
    return str_slice(type, 0, end);
}

static bool is_class(Str part) {
    return !part.n || is_upper(part.s[0]) || part.s[0] == '$';
}

static bool is_import_path(Str s) {
    const Str marks = STR("./$%~-");
    for (size_t i = 0; i < s.n; i++)
        if (!is_letter(s.s[i]) && !is_digit(s.s[i]) && str_find_char(marks, s.s[i]) == marks.n)
            return false;
    return s.n > 0 && is_letter(s.s[0]);
}

/* Java's "java/util/Map.get" or Go's "net/http.Get". */
static Str package_of_slashes(Str path, bool descriptor) {
    size_t slash = str_rfind_char(path, '/');
    Str tail = str_slice(path, slash + 1, path.n);
    size_t dot = str_find_char(tail, '.');
    Str name = str_slice(tail, 0, dot), package = str_slice(path, 0, slash);
    bool go = dot < tail.n && !is_class(name);
    if (go)
        package = str_slice(path, 0, slash + 1 + dot);
    if (!tail.n || (name.n && !is_letter(name.s[0]) && name.s[0] != '$'))
        return none(path);
    if (!go && package.n > 1 && package.s[0] == 'L' && (descriptor || !is_upper(package.s[1])))
        package = str_slice(package, 1, package.n);
    return is_import_path(package) ? package : none(path);
}

/* What compilers hang on a function's name, "copy.constprop.0". */
static bool is_clone_suffix(Str part) {
    static const char *const words[] = {"isra",     "constprop",  "part",  "cold", "llvm",
                                        "lto_priv", "localalias", "clone", "warm", "so"};
    if (part.n && is_digit(part.s[0]))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_c(part, words[i]))
            return true;
    return false;
}

/* Java's "java.util.Map.get" or Go's "runtime.mallocgc". */
static Str package_of_dots(Str path) {
    Str rest = path, first = str_cut(&rest, '.');
    if (is_class(first) || !is_import_path(first) ||
        is_clone_suffix(str_slice(rest, 0, str_find_char(rest, '.'))))
        return none(path);
    while (rest.s < path.s + path.n) {
        size_t before = (size_t)(rest.s - path.s) - 1;
        if (is_class(str_cut(&rest, '.')))
            return str_slice(path, 0, before);
    }
    return first;
}

Str symbol_package(Str symbol) {
    Path p;
    if (!find_path(symbol, &p))
        return package_of_script(symbol);
    /* A hidden class has an address behind a slash: "a.B$$Lambda/0x000078.run". */
    Str path = str_slice(p.text, 0, str_find(p.text, STR("/0x")));
    size_t scope = str_find(path, STR("::"));
    Str head = str_slice(path, 0, scope);
    if (str_find_char(head, '/') < head.n)
        return package_of_slashes(head, p.descriptor);
    if (str_starts(path, STR("_$LT$")))
        return package_of_escapes(str_slice(path, 5, path.n));
    if (scope < path.n)
        return package_of_scopes(path, p.whole);
    return str_find_char(path, '.') < path.n ? package_of_dots(path) : none(symbol);
}
