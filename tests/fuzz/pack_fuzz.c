/* Any bytes as a pack, and any changes to a sound one whose checksums were made right again: it
 * is refused in words, or everything in it can be used. */
#include <stdint.h>
#include <string.h>

#include "../unit/pack_helper.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A few samples over a few stacks, two events, complaints, out of order. */
static Buf sound_pack(void) {
    Dict dict;
    Profile profile;
    Part part;
    Batch batch;
    Remap remap = {0};
    dict_init(&dict);
    profile_init(&profile, &dict);
    part_init(&part);
    batch_init(&batch);
    batch_clear(&batch, &part);
    for (uint32_t i = 0; i < 60; i++) {
        char text[16];
        StackId stack = 0;
        for (uint32_t k = 0; k < 2 + i % 5; k++) {
            snprintf(text, sizeof text, "f%u", (i * 7 + k * k) % 11);
            NameId symbol = names_intern(&part.dict.names, str_of(text));
            Frame frame = {symbol, k ? symbol - 1 : 0, k ? FRAME_USER : FRAME_PROCESS};
            stack = stacks_push(&part.dict.stacks, stack, frames_intern(&part.dict.frames, frame));
        }
        EventId event = contexts_event(&part.dict.contexts, i % 2 ? 1 : 2, WEIGHT_PERIOD);
        Context context = {1 + i % 2, 5, (int32_t)(i % 3), event};
        Pair pair = {stack, contexts_intern(&part.dict.contexts, context)};
        batch_add(&batch, 1000000000 + i * 37000000 - i % 4 * 50000000,
                  pairs_intern(&part.pairs, pair), (uint16_t)(i % 4), i % 3);
    }
    complain(&batch.complaints, COMPLAINT_FRAME, 2, 17, STR("what is this"));
    profile_absorb(&profile, &batch, &remap);
    profile_publish(&profile);
    Buf bytes = packed_bytes(&profile, UINT64_MAX / 2);
    remap_free(&remap);
    batch_free(&batch);
    part_free(&part);
    profile_free(&profile);
    dict_free(&dict);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static Buf sound;
    Buf bytes = {0}, dump = {0};
    Error err = {0};
    if (!sound.n)
        sound = sound_pack();
    if (n && data[0] & 1) {
        buf_put(&bytes, (Str){(const char *)data + 1, n - 1});
    } else {
        /* three bytes a change: where, and what is added to it */
        buf_put(&bytes, buf_str(&sound));
        for (size_t i = 1; i + 3 <= n && i < 60; i += 3) {
            size_t at = ((size_t)data[i] << 8 | data[i + 1]) % bytes.n;
            bytes.s[at] = (char)(bytes.s[at] + data[i + 2]);
        }
    }
    pack_reseal(bytes.s, bytes.n);
    if (!pack_use(buf_str(&bytes), &dump, &err) && !err.message[0])
        __builtin_trap();
    buf_free(&bytes);
    buf_free(&dump);
    return 0;
}
