/* Fonts in the program: the bytes of the font files, put into the binary by CMake (.incbin), so
 * that nothing has to be installed to run. Inter for labels, DejaVu where pictures must be the
 * same on every system and for what Inter lacks. Owner: the binary; read-only, for ever.
 * Thread: any. Failure: none; a font missing at build time stops the configuration. */
#pragma once

extern const unsigned char font_inter_regular[];
extern const unsigned font_inter_regular_size;
extern const unsigned char font_inter_semibold[];
extern const unsigned font_inter_semibold_size;
extern const unsigned char font_dejavu_sans[];
extern const unsigned font_dejavu_sans_size;
extern const unsigned char font_dejavu_bold[];
extern const unsigned font_dejavu_bold_size;
extern const unsigned char font_dejavu_mono[];
extern const unsigned font_dejavu_mono_size;
