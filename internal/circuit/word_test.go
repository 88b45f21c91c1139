package circuit

import (
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// build returns the circuit of f over two words of n bits.
func build(n int, f func(b *Builder, x, y Word) Word) *Circuit {
	b := NewBuilder(2 * n)
	in := b.Inputs()
	return b.Build(f(b, in[:n], in[n:])...)
}

func TestWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 32).Draw(t, "width")
		mask := uint64(1)<<n - 1
		x := rapid.Uint64Range(0, mask).Draw(t, "x")
		y := rapid.Uint64Range(0, mask).Draw(t, "y")
		k := rapid.IntRange(-40, 40).Draw(t, "k")
		rotate := func(x uint64, k int) uint64 {
			k = ((k % n) + n) % n
			return (x<<k | x>>(n-k)) & mask
		}
		for _, c := range []struct {
			name string
			f    func(b *Builder, x, y Word) Word
			want uint64
		}{
			{"Add", func(b *Builder, x, y Word) Word { return b.Add(x, y) }, (x + y) & mask},
			{"Add of a constant", func(b *Builder, x, _ Word) Word { return b.Add(Constant(y, n), x) }, (x + y) & mask},
			{"SumWords", func(b *Builder, x, y Word) Word { return b.SumWords(x, y, Constant(mask, n), y, Constant(5, n)) },
				(x + 2*y + 4) & mask},
			{"Mul", func(b *Builder, x, y Word) Word { return b.Mul(x, y) }, x * y},
			{"Not", func(_ *Builder, x, _ Word) Word { return x.Not() }, ^x & mask},
			{"XorWords", func(b *Builder, x, y Word) Word { return b.XorWords(x, y, x, Constant(mask, n)) }, ^y & mask},
			{"AndWords", func(b *Builder, x, y Word) Word { return b.AndWords(x, y) }, x & y},
			{"MuxWords", func(b *Builder, x, y Word) Word { return b.MuxWords(x[0], x, y) }, []uint64{y, x}[x&1]},
			{"Choose", func(b *Builder, x, y Word) Word { return b.Choose(x, y, y.RotateLeft(1)) }, x&y | ^x&rotate(y, 1)},
			{"Majority", func(b *Builder, x, y Word) Word { return b.Majority(x, y, x.RotateLeft(1)) },
				x&y | x&rotate(x, 1) | y&rotate(x, 1)},
			{"RotateLeft", func(_ *Builder, x, _ Word) Word { return x.RotateLeft(k) }, rotate(x, k)},
			{"ShiftRight", func(_ *Builder, x, _ Word) Word { return x.ShiftRight(max(k, 0)) }, x >> max(k, 0)},
		} {
			got := Uint(build(n, c.f).Eval(append(Bits(x, n), Bits(y, n)...)))
			if got != c.want {
				t.Fatalf("%s of %#x and %#x (%d bits) = %#x, want %#x", c.name, x, y, n, got, c.want)
			}
		}
	})
}

// TestWordSizes holds the numbers of ANDs that the comments promise. That of Add is
// the multiplicative complexity of addition, so no test could ask for fewer.
func TestWordSizes(t *testing.T) {
	for _, n := range []int{1, 2, 3, 16, 32} {
		for _, c := range []struct {
			name string
			f    func(b *Builder, x, y Word) Word
			want int
		}{
			{"Add", func(b *Builder, x, y Word) Word { return b.Add(x, y) }, n - 1},
			{"Mul", func(b *Builder, x, y Word) Word { return b.Mul(x, y) }, n*n + n*(n-1)},
			{"Choose", func(b *Builder, x, y Word) Word { return b.Choose(x, y, y.RotateLeft(1)) }, n},
			{"Majority", func(b *Builder, x, y Word) Word { return b.Majority(x, y, y.RotateLeft(1)) }, n},
			{"MuxWords", func(b *Builder, x, y Word) Word { return b.MuxWords(x[0], x, y) }, n},
		} {
			if got := build(n, c.f).Counts().And; got > c.want {
				t.Errorf("%s of %d bits: %d ANDs, want at most %d", c.name, n, got, c.want)
			}
		}
	}
}

// TestSum compares the sum of columns with integers. There is an AND for every bit
// that disappears and at most one more a column.
func TestSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 20
		width := rapid.IntRange(0, 12).Draw(t, "width")
		b := NewBuilder(n)
		columns := make([][]Lit, width)
		values := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "values")
		var want uint64
		bits := 0
		for range rapid.IntRange(0, 80).Draw(t, "bits") {
			if width == 0 {
				break
			}
			i := rapid.IntRange(0, width-1).Draw(t, "column")
			k := rapid.IntRange(0, n-1).Draw(t, "input")
			columns[i] = append(columns[i], b.Input(k))
			bits++
			if values[k] {
				want += 1 << i
			}
		}
		c := b.Build(b.Sum(columns)...)
		if ands := c.Counts().And; ands > bits+width {
			t.Fatalf("%d ANDs for %d bits in %d columns", ands, bits, width)
		}
		got := Uint(c.Eval(values))
		if want &= 1<<width - 1; got != want {
			t.Fatalf("sum %d, want %d", got, want)
		}
	})
}

func TestLinear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "columns")
		m := rapid.IntRange(0, 20).Draw(t, "rows")
		rows := make([]uint64, m)
		matrix := make([][]bool, m)
		for i := range rows {
			rows[i] = rapid.Uint64Range(0, 1<<n-1).Draw(t, "row")
			matrix[i] = Bits(rows[i], n)
		}
		x := rapid.Uint64Range(0, 1<<n-1).Draw(t, "x")
		b := NewBuilder(n)
		c := b.Build(b.Linear(matrix, b.Inputs())...)
		if c.Counts().And != 0 {
			t.Fatalf("a linear map has %d ANDs", c.Counts().And)
		}
		for i, got := range c.Eval(Bits(x, n)) {
			if want := bits.OnesCount64(rows[i]&x)%2 == 1; got != want {
				t.Fatalf("row %d: %v, want %v", i, got, want)
			}
		}
	})
}
