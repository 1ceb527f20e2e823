/* Export: pictures and texts of what the App shows. Thread: main. Failure: false with *err. */
#pragma once

#include "app/app.h"
#include "query/query.h"
#include "store/profile.h"

/* Paints the window's newest draw list, at its size, with the software painter. */
bool export_window_png(App *app, const char *path, Error *err);
/* Folded stacks of the query's range; path "-" is standard output. */
bool export_folded_file(const Profile *profile, const Query *query, const char *path, Error *err);
