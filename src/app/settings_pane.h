/* Settings pane: what settings.h remembers, to be chosen. Each choice is a command. Owner: the App.
 * Thread: main. */
#pragma once

#include "app/kept_file.h"
#include "app/settings.h"
#include "app/view.h"

typedef struct SettingsPane {
    float scroll; /* where large text leaves no room for all rows */
} SettingsPane;

/* kept: where they are remembered. False when the user closed it. */
bool settings_draw(SettingsPane *pane, const View *v, bool still, const KeptFile *kept);
