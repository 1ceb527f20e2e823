/* The scripts inside exported pages: files of assets/, put into the binary by CMake (.incbin).
 * Owner: the binary; read-only, for ever. Thread: any. Failure: none. */
#pragma once

extern const char asset_svg_script[];
extern const unsigned asset_svg_script_size;
