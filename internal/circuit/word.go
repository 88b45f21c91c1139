package circuit

import "fmt"

// Word is an unsigned integer or a string of bits, least significant first.
type Word []Lit

// Constant returns the word of the given width with value v mod 2^width.
func Constant(v uint64, width int) Word {
	w := make(Word, width)
	for i := range w {
		w[i] = Const(i < 64 && v>>i&1 == 1)
	}
	return w
}

// Not returns the bitwise negation of x.
func (x Word) Not() Word {
	w := make(Word, len(x))
	for i, l := range x {
		w[i] = l.Not()
	}
	return w
}

// RotateLeft returns x rotated by k places towards the most significant bit; by
// -k towards the least if k < 0.
func (x Word) RotateLeft(k int) Word {
	n := len(x)
	w := make(Word, n)
	for i := range w {
		w[i] = x[((i-k)%n+n)%n]
	}
	return w
}

// ShiftRight returns x shifted by k >= 0 places towards the least significant
// bit, zeros entering.
func (x Word) ShiftRight(k int) Word {
	w := make(Word, len(x))
	for i := range w {
		if i+k < len(x) {
			w[i] = x[i+k]
		}
	}
	return w
}

// XorWords returns the bitwise sum of words of one width. It panics if there is
// none or the widths differ.
func (b *Builder) XorWords(first Word, more ...Word) Word {
	sum := append(Word(nil), first...)
	for _, w := range more {
		sameWidth("XorWords", sum, w)
		for i := range sum {
			sum[i] = b.Xor(sum[i], w[i])
		}
	}
	return sum
}

// AndWords returns the bitwise product of x and y, of one width.
func (b *Builder) AndWords(x, y Word) Word { return b.bitwise("AndWords", b.And, x, y) }

// MuxWords returns x if s, else y, with one AND a bit.
func (b *Builder) MuxWords(s Lit, x, y Word) Word {
	return b.bitwise("MuxWords", func(x, y Lit) Lit { return b.Mux(s, x, y) }, x, y)
}

// Choose returns, bit by bit, x where s is true and y elsewhere ("Ch" of
// SHA-256), with one AND a bit.
func (b *Builder) Choose(s, x, y Word) Word {
	sameWidth("Choose", s, x)
	sameWidth("Choose", s, y)
	w := make(Word, len(s))
	for i := range w {
		w[i] = b.Mux(s[i], x[i], y[i])
	}
	return w
}

// Majority returns the bitwise majority of x, y and z, with one AND a bit.
func (b *Builder) Majority(x, y, z Word) Word {
	sameWidth("Majority", x, y)
	sameWidth("Majority", x, z)
	w := make(Word, len(x))
	for i := range w {
		w[i] = b.Maj(x[i], y[i], z[i])
	}
	return w
}

// Add returns x + y mod 2^n for words of one width n, with n-1 ANDs, the fewest
// possible: a ripple of [Builder.FullAdd] whose last carry is not made.
func (b *Builder) Add(x, y Word) Word {
	sameWidth("Add", x, y)
	sum := make(Word, len(x))
	carry := False
	for i := range sum {
		if i == len(sum)-1 {
			sum[i] = b.Xor(b.Xor(x[i], y[i]), carry)
			break
		}
		sum[i], carry = b.FullAdd(x[i], y[i], carry)
	}
	return sum
}

// FullAdd returns the two bits of x + y + z, with one AND.
func (b *Builder) FullAdd(x, y, z Lit) (sum, carry Lit) {
	// A constant goes last, where it folds the shared terms into a half adder.
	switch {
	case x.isConst():
		x, z = z, x
	case y.isConst():
		y, z = z, y
	}
	xz := b.Xor(x, z)
	return b.Xor(xz, y), b.Xor(z, b.And(xz, b.Xor(y, z)))
}

// Sum returns, mod 2^len(columns), the sum over i and j of columns[i][j] 2^i: it
// adds three bits of a column at a time until one is left in each (a Wallace tree
// taken column by column), with at most one AND for every bit that disappears and
// for every pair at the end of a column. Constants cost nothing where they are
// alone with a bit. Bits that have been ready longest are added first, which keeps
// the tree shallow. columns is not changed.
func (b *Builder) Sum(columns [][]Lit) Word {
	sum := make(Word, len(columns))
	var carries []Lit
	for i, column := range columns {
		var bits []Lit
		ones := 0
		bits, ones = variable(bits, ones, column)
		bits, ones = variable(bits, ones, carries)
		carries = nil
		for range ones / 2 {
			carries = append(carries, True)
		}
		if ones%2 == 1 {
			bits = append(bits, True)
		}
		last := i == len(columns)-1
		for len(bits) > 1 {
			var third Lit
			take := min(len(bits), 3)
			if take == 3 {
				third = bits[2]
			}
			if last {
				bits = append(bits[take:], b.Xor(b.Xor(bits[0], bits[1]), third))
				continue
			}
			s, carry := b.FullAdd(bits[0], bits[1], third)
			bits = append(bits[take:], s)
			carries = append(carries, carry)
		}
		if len(bits) == 1 {
			sum[i] = bits[0]
		}
	}
	return sum
}

// variable appends to bits those of column that are not constant and adds to ones
// the number of constant ones.
func variable(bits []Lit, ones int, column []Lit) ([]Lit, int) {
	for _, l := range column {
		switch l {
		case False:
		case True:
			ones++
		default:
			bits = append(bits, l)
		}
	}
	return bits, ones
}

// SumWords returns the sum of words of one width n mod 2^n; see [Builder.Sum].
func (b *Builder) SumWords(words ...Word) Word {
	columns := make([][]Lit, len(words[0]))
	for _, w := range words {
		sameWidth("SumWords", words[0], w)
		for i, l := range w {
			columns[i] = append(columns[i], l)
		}
	}
	return b.Sum(columns)
}

// Mul returns the product of x and y, of width len(x) + len(y): schoolbook, with
// a row of partial products added at a time. It takes n m ANDs for the products
// and n (m-1) for the sums, less those that fold.
func (b *Builder) Mul(x, y Word) Word {
	product := Constant(0, len(x)+len(y))
	for i, s := range y {
		carry := False
		for j, l := range x {
			product[i+j], carry = b.FullAdd(b.And(l, s), product[i+j], carry)
		}
		product[i+len(x)] = carry
	}
	return product
}

func (b *Builder) bitwise(name string, op func(x, y Lit) Lit, x, y Word) Word {
	sameWidth(name, x, y)
	w := make(Word, len(x))
	for i := range w {
		w[i] = op(x[i], y[i])
	}
	return w
}

func sameWidth(name string, x, y Word) {
	if len(x) != len(y) {
		panic(fmt.Sprintf("circuit: %s of words of %d and %d bits", name, len(x), len(y)))
	}
}
