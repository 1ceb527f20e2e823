/* Actions on the browser's list. */
#include <string.h>

#include "app/actions.h"

bool can_browse(const App *app) {
    return app_shows_browser(app);
}

bool do_folder_sort(App *app, Str args, Error *err) {
    Str rest = args;
    Str name = str_cut(&rest, ' ');
    rest = str_trim(rest);
    uint8_t now = app->browser.order,
            order = (uint8_t)(now < FOLDER_ORDERS ? (now + 1) % FOLDER_ORDERS : 0);
    if (name.n && !folder_order_named(name, &order))
        return error_set(err, ERROR_USAGE,
                         "a folder is sorted by name, format, duration, samples, size or modified");
    if (rest.n && !str_eq_c(rest, "up") && !str_eq_c(rest, "down"))
        return error_set(err, ERROR_USAGE, "an order is up or down");
    browser_sort(&app->browser, (FolderOrder)order,
                 rest.n ? str_eq_c(rest, "up") : folder_order_ascends(order));
    return true;
}

bool do_folder_reverse(App *app, Str args, Error *err) {
    (void)args, (void)err;
    browser_sort(&app->browser, (FolderOrder)app->browser.order, !app->browser.ascending);
    return true;
}

bool do_folder_filter(App *app, Str args, Error *err) {
    if (args.n >= BROWSER_FILTER)
        return error_set(err, ERROR_LIMIT, "a filter has at most %d characters",
                         BROWSER_FILTER - 1);
    browser_filter(&app->browser, args);
    return true;
}

bool do_folder_choose(App *app, Str args, Error *err) {
    (void)args;
    const Browser *b = &app->browser;
    char path[STATE_PATH];
    if (!b->listed)
        return error_set(err, ERROR_USAGE, "nothing is listed");
    path_join(path, sizeof path, b->folder, b->item[b->selected].file.name);
    return do_open(app, str_of(path), err);
}
