#include "scene_helper.h"

static uint32_t texel[64 * 40];

static void scene_images(DrawList *d, uint64_t generation) {
    for (uint32_t i = 0; i < 64 * 40; i++)
        texel[i] =
            0xff000000u | (i * 2654435761u >> 8 & 0xffff00u) | (uint32_t)(generation * 37 & 0xff);
    texel[3] = 0x80ff0000u;
    DrawImage m = {.id = 7,
                   .generation = generation,
                   .w = 64,
                   .h = 40,
                   .rgba = texel,
                   .source = rect(0, 0, 64, 40)};
    draw_image(d, rect(20, 200, 256, 160), &m);
    m.source = rect(10.25f, 4, 20, 10); /* no pixel's centre is on two texels' edge: cards differ */
    draw_image(d, rect(300, 200, 100, 100), &m);
    m.smooth = true;
    m.source = rect(0, 0, 8, 5);
    draw_image(d, rect(420, 200, 100, 100), &m);
}

void scene_build_plain(DrawList *d, float w, float h, uint64_t generation, uint32_t across) {
    static uint32_t wide[2100 * 40]; /* larger than what shares a texture with glyphs */
    draw_reset(d, w, h, 0x111318ff);
    draw_text(d, 10, 40, FACE_REGULAR, 26, 0xe7eaf0ff, STR("before the image"));
    for (uint32_t i = 0; i < across * 40; i++)
        wide[i] = 0xff2040c0u + (uint32_t)(generation << 8 & 0xff00);
    DrawImage m = {.id = 9,
                   .generation = generation,
                   .w = across,
                   .h = 40,
                   .rgba = wide,
                   .source = rect(0, 0, (float)across, 40)};
    draw_image(d, rect(20, 100, 256, 160), &m);
    draw_text(d, 10, 300, FACE_REGULAR, 26, 0xe7eaf0ff, STR("behind the image"));
}

void scene_build(DrawList *d, float w, float h, uint64_t generation) {
    draw_reset(d, w, h, 0x111318ff);
    draw_rect(d, rect(0, 0, w, 48), 0x181b22ff);
    draw_rect(d, rect(10.25f, 10, 30.5f, 12.4f), 0xe67828ff);
    draw_rect(d, rect(50, 10, 30, 20), 0x7aa8ff80);
    draw_round(d, rect(90, 10, 60, 28), 6, 0x232935ff);
    draw_round(d, rect(160, 10, 100, 28), 14, 0x2c3442ff);
    draw_round(d, rect(270, 10, 24, 24), 12, 0x7aa8ffff);
    draw_outline(d, rect(300, 10, 80, 28), 6, 1, 0xe7eaf0ff);
    draw_outline(d, rect(390, 10, 80, 90), 10, 2, 0xffb454ff);
    draw_outline(d, rect(480, 10, 40, 28), 14, 1.5f, 0x8ab4ffc0);
    draw_line(d, 10, 60, 300, 60, 1, 0x8a93a6ff);
    draw_line(d, 20, 64, 20, 100, 2, 0x8a93a6ff);
    draw_line(d, 40, 64, 90, 100, 1.5f, 0xe7eaf0ff);
    draw_triangle(d, (float[]){120, 70, 136, 70, 128, 80}, 0xe7eaf0ff);
    draw_text(d, 10, 130, FACE_REGULAR, 13, 0xe7eaf0ff,
              STR("io/netty/handler/codec 0x1f -> std::vector<int> … 1 285"));
    draw_text(d, 10, 160, FACE_SEMIBOLD, 15, 0xffb454ff, STR("shop-frontend.perf.gz ▾ √"));
    draw_text(d, 10, 185, FACE_MONO, 12.5f, 0x8a93a6c0, STR("[unknown] (deleted)"));
    scene_images(d, generation);
    draw_band(d, 400, 18);
    float x = 10.3f;
    for (uint32_t i = 0; i < 200; i++) {
        float span = (float)(i * 7919 % 97) / 24 + 0.2f;
        draw_span(d, x, x + span, 0xd0404000u + (i * 5000011u & 0x3fff00) + 0xff);
        x += span + (i % 3 ? 0 : 1);
    }
    Rect was = draw_clip_to(d, rect(300, 110, 90, 70));
    draw_round(d, rect(290, 100, 60, 60), 20, 0x60bf95ff);
    draw_text(d, 295, 150, FACE_REGULAR, 26, 0xffffffff, STR("clipped text here"));
    draw_line(d, 280, 190, 400, 100, 3, 0xe5533cff);
    draw_clip(d, was);
}
