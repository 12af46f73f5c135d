#include "matrix_run.h"

enum { align = 64 };

static int64_t aligned(int64_t bytes) { return (bytes + align - 1) / align * align; }

int64_t ck_matrix_kernel_bytes(const ck_matrix_convolution *s) {
  return taps(s) * halves(s->outputs) * (s->inputs / side) * tile_elements * (int64_t)sizeof(uint16_t);
}

typedef struct {
  int64_t pairs, pixels, nothing, bytes;
} scratch_places;

static scratch_places places_in_scratch(const ck_matrix_convolution *s, const ck_matrix_raster *r, int64_t terms) {
  scratch_places p = {0};
  const int64_t element = sizeof(uint16_t);
  p.pairs = aligned(element * r->rows * s->inputs * r->input_places);
  p.pixels = p.pairs + aligned(element * terms * s->outputs * r->places);
  p.nothing = p.pixels + aligned(element * terms * halves(s->outputs) * pair * r->gradient_places);
  p.bytes = p.nothing + align;
  return p;
}

static int64_t terms_of(int halves) { return halves ? 1 : 2; }

int64_t ck_matrix_scratch_bytes(const ck_matrix_convolution *s, int halves) {
  const ck_matrix_raster r = ck_make_matrix_raster(s);
  return places_in_scratch(s, &r, terms_of(halves)).bytes;
}

// The gradient of places before the first image and after the last is zero.
static void clear_ends(const matrix_run *run) {
  const ck_matrix_raster *r = &run->raster;
  const int64_t tail = r->gradient_places - r->lead - r->places, row = pair * sizeof(uint16_t);
  for (int64_t half = 0; half < run->terms * halves(run->shape->outputs); ++half) {
    char *rows = (char *)(run->pixels + half * r->gradient_places * pair);
    memset(rows, 0, r->lead * row);
    memset(rows + (r->lead + r->places) * row, 0, tail * row);
  }
}

static matrix_run begin_run(const ck_matrix_gradients *job, const ck_matrix_convolution *s) {
  matrix_run run = {.job = job, .shape = s, .raster = ck_make_matrix_raster(s), .terms = terms_of(job->halves)};
  const ck_matrix_raster *r = &run.raster;
  const scratch_places p = places_in_scratch(s, r, run.terms);
  char *scratch = job->scratch;
  run.inputs = (uint16_t *)(void *)scratch;
  run.pairs = (uint16_t *)(void *)(scratch + p.pairs);
  run.pixels = (uint16_t *)(void *)(scratch + p.pixels);
  run.nothing = (uint8_t *)(scratch + p.nothing);
  run.gradient_table = job->table;
  run.input_table = run.gradient_table + r->places;
  run.image_table = run.input_table + r->rows * r->input_places;
  run.weight_steps = run.image_table + r->groups * r->group_places;
  run.image_taps = run.weight_steps + taps(s) * (1 + 2 * r->most_steps);
  memset(run.nothing, job->reads_codes ? job->zero_point : 0, align);
  clear_ends(&run);
  return run;
}

void ck_find_matrix_gradients(const ck_matrix_gradients *job, const ck_matrix_convolution *s) {
  matrix_run run = begin_run(job, s);
  const ck_matrix_raster *r = &run.raster;
  const int64_t work = r->places * s->inputs;
  for (run.first = 0; run.first < s->batch; run.first += r->images) {
    const int64_t left = s->batch - run.first;
    run.count = left < r->images ? left : r->images;
    run.is_last = left <= r->images;
    ck_parallel(halves(s->outputs) * (r->places / pair), work, ck_write_matrix_pairs, &run);
    if (job->weights) {
      ck_parallel(r->rows * (s->inputs / side) * (r->input_places / pair), work, ck_write_matrix_inputs, &run);
      ck_parallel(halves(s->outputs) * halves(s->inputs) * s->kernel, work, ck_multiply_weights_gradient, &run);
    }
    if (job->images) {
      const int64_t items = halves(s->inputs) * (r->group_places / pair) * r->groups;
      ck_parallel(items, work, ck_multiply_images_gradient, &run);
    }
  }
}
