package circuit

import "fmt"

// fourRussians is the number of inputs whose sums are tabulated together by
// [Builder.Linear]: of 3, 4 and 5, four makes the fewest gates for the systems of
// 8 to 64 equations of package oneway.
const fourRussians = 4

// Linear returns matrix times x over GF(2): bit i is the sum of the x[j] with
// matrix[i][j]. It uses XORs only, by the method of the four Russians (Arlazarov,
// Dinic, Kronrod and Faradzhev 1970): the inputs in groups of four, each group's
// sums made once for all rows. It panics if a row is not as long as x.
func (b *Builder) Linear(matrix [][]bool, x []Lit) Word {
	for i, row := range matrix {
		if len(row) != len(x) {
			panic(fmt.Sprintf("circuit: Linear: row %d has %d entries for %d inputs", i, len(row), len(x)))
		}
	}
	sum := Constant(0, len(matrix))
	for first := 0; first < len(x); first += fourRussians {
		group := x[first:min(first+fourRussians, len(x))]
		for i, row := range matrix {
			part := False // the hash table remembers the sums made before
			for j, l := range group {
				if row[first+j] {
					part = b.Xor(part, l)
				}
			}
			sum[i] = b.Xor(sum[i], part)
		}
	}
	return sum
}
