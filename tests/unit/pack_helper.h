/* Packs as bytes, for the tests of store/pack and for its fuzzer. No cmocka in here. */
#pragma once

#include "store/pack.h"

/* The pack of a profile, as it would be on disk, with all that a program adds to one. */
Buf packed_bytes(Profile *profile, uint64_t budget);
/* Makes all checksums right again, as somebody who wishes harm would. */
void pack_reseal(char *bytes, size_t n);
/* Opens, admits all samples, and uses all there is. False with *err when it was refused. The
 * dump is of the store. */
bool pack_use(Str bytes, Buf *dump, Error *err);
