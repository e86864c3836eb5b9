// What layers of the vocoder see and give: channels along time, and what a sentence keeps of them from piece to piece.

#define INLINE inline __attribute__((always_inline))

namespace {

constexpr int LANES = 16, VECTORS = 3, TILE = LANES * VECTORS;  // steps in time that are computed together
constexpr int GROUP = 8;                                         // for so many outputs

INLINE int lower(int a, int b) { return a < b ? a : b; }
INLINE int higher(int a, int b) { return a > b ? a : b; }
INLINE int limited(int64_t x, int most) { return x < 0 ? 0 : x > most ? most : (int)x; }

// Channels along time, with room for `edge` steps before them and for a tile behind. Behind the last channel
// there are rows of zeros, so that a group of outputs can be written as a whole.
template <class Number> class Rows {
  public:
    Rows(int rows, int length, int edge) : edge_(edge), length_(length) {
        stride_ = ((size_t)length + edge + TILE + LANES - 1) / LANES * LANES;
        if (stride_ % 1024 == 0) stride_ += LANES;  // else all rows would lie in the same few lines of the cache
        const int spare = (GROUP - rows % GROUP) % GROUP;
        memory_ = (Number *)std::aligned_alloc(64, (rows + spare) * stride_ * sizeof(Number));
        if (!memory_) std::abort();
        std::memset(memory_ + rows * stride_, 0, spare * stride_ * sizeof(Number));
    }
    ~Rows() { std::free(memory_); }
    Rows(const Rows &) = delete;
    Rows &operator=(const Rows &) = delete;

    INLINE Number *row(int index) const { return memory_ + index * stride_ + edge_; }
    INLINE int length() const { return length_; }
    INLINE int edge() const { return edge_; }
    INLINE size_t stride() const { return stride_; }

  private:
    Number *memory_;
    size_t stride_;
    int edge_, length_;
};

typedef Rows<float> Floats;
typedef Rows<uint32_t> Pairs;  // each of two channels in 16 bits, the first one in the lower half

// Which steps lie within the sentence.
struct Span {
    int from, to;
};

// Where a sentence is, at some rate: the steps of now, and what lies before and behind them.
class Place {
  public:
    Place(const Sentence &sentence, int frames, int rate)
        : length(frames * rate), before_((int64_t)sentence.frames * rate), total_((int64_t)sentence.total * rate) {}

    const int length;

    // Of steps that come so late.
    INLINE Span within(int delay) const {
        return {limited(delay - before_, length), limited(total_ + delay - before_, length)};
    }

  private:
    int64_t before_, total_;
};

// What a sentence keeps from piece to piece, taken in the order in which it is needed.
class Memory {
  public:
    explicit Memory(std::vector<uint32_t> &numbers) : numbers_(numbers) {}

    // Puts what was kept at the last time, zeros at first, where `to` says, and keeps what lies at `from` then.
    template <class Number> INLINE void exchange(Number *to, const Number *from, int count) {
        if (at_ + count > numbers_.size()) numbers_.resize(at_ + count);
        std::memcpy(to, &numbers_[at_], count * sizeof(Number));
        std::memcpy(&numbers_[at_], from, count * sizeof(Number));
        at_ += count;
    }

    // Puts the last `past` steps of before in front of those of now.
    template <class Number> void join(const Rows<Number> &x, int rows, int past) {
        for (int r = 0; past && r < rows; r++) exchange(x.row(r) - past, x.row(r) + x.length() - past, past);
    }

    // The same, after what lies outside of the sentence has become zero.
    template <class Number> void join(const Rows<Number> &x, int rows, int past, Span within) {
        for (int r = 0; r < rows; r++) {
            std::memset(x.row(r), 0, within.from * sizeof(Number));
            std::memset(x.row(r) + within.to, 0, (x.length() - within.to) * sizeof(Number));
        }
        join(x, rows, past);
    }

  private:
    std::vector<uint32_t> &numbers_;
    size_t at_ = 0;
};

}  // namespace
