/* The scripts inside exported pages and the profile of the tour: files of assets/ and examples/,
 * put into the binary by CMake (.incbin). Owner: the binary; read-only, for ever. Thread: any.
 * Failure: none. */
#pragma once

extern const char asset_svg_script[];
extern const unsigned asset_svg_script_size;
extern const char asset_scenes_style[];
extern const unsigned asset_scenes_style_size;
extern const char asset_scenes_script[];
extern const unsigned asset_scenes_script_size;
extern const char asset_page_style[];
extern const unsigned asset_page_style_size;
extern const char asset_page_body[];
extern const unsigned asset_page_body_size;
extern const char asset_page_script[];
extern const unsigned asset_page_script_size;
extern const char asset_demo_profile[];
extern const unsigned asset_demo_profile_size;
