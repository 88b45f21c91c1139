package circuit

// CoverCNF returns an encoding with fewer variables than [Circuit.CNF]: one for
// every op of the cover by which [Compile] translates the circuit, a full adder being
// two of them (Xor3, Maj) and not five gates, and for every op all its prime
// implicates, so that unit propagation derives whatever follows from one op. Inputs and
// outputs are as for [Circuit.CNF], and every input extends to exactly one model.
func (c *Circuit) CoverCNF() *CNF {
	v := newCover(c)
	all := make([]int, len(c.outputs))
	for j := range all {
		all[j] = j
	}
	needed, _ := schedule(v, [][]int{all})

	f := &CNF{Variables: c.n, Inputs: make([]int, c.n), Outputs: make([]int, len(c.outputs))}
	variable := make([]int, c.nodes()) // of the stored value
	for i := range f.Inputs {
		f.Inputs[i] = i + 1
		variable[1+i] = i + 1
	}
	for _, node := range needed {
		f.Variables++
		variable[node] = f.Variables
		t := v.best[node]
		for _, p := range primes[t.table] {
			clause := []int{f.Variables}
			if !p.value {
				clause[0] = -f.Variables
			}
			for i, leaf := range t.leaves[:t.size] {
				// Where the leaves are as the implicant says the value follows:
				// some leaf is otherwise, or the value is that.
				switch {
				case p.care>>i&1 == 0:
				case p.ones>>i&1 == 1:
					clause = append(clause, -variable[leaf])
				default:
					clause = append(clause, variable[leaf])
				}
			}
			f.Clauses = append(f.Clauses, clause)
		}
	}
	f.setOutputs(c, func(l Lit) int {
		if l.negated() != v.phase[l.node()] {
			return -variable[l.node()]
		}
		return variable[l.node()]
	})
	return f
}

// prime says that a function of three values is value wherever the values i of care
// are those of ones, and that no smaller care would do.
type prime struct {
	care, ones uint8
	value      bool
}

// primes is indexed by truth table.
var primes = buildPrimes()

func buildPrimes() (all [256][]prime) {
	for table := range all {
		for _, value := range []bool{false, true} {
			var found []prime
			for size := range 4 {
				for care := range uint8(8) {
					if onesCount3(care) != size {
						continue
					}
					for ones := range uint8(8) {
						p := prime{care, ones, value}
						if ones&^care == 0 && p.holds(uint8(table)) && !p.follows(found) {
							found = append(found, p)
						}
					}
				}
			}
			all[table] = append(all[table], found...)
		}
	}
	return all
}

// holds reports whether the statement is true of the function.
func (p prime) holds(table uint8) bool {
	for values := range uint8(8) {
		// Values are numbered from the first, bit 4 of the index of a truth table.
		index := values&1<<2 | values&2 | values>>2&1
		if values&p.care == p.ones && (table>>index&1 == 1) != p.value {
			return false
		}
	}
	return true
}

// follows reports whether one of the others, on fewer values, says the same.
func (p prime) follows(others []prime) bool {
	for _, q := range others {
		if q.care&^p.care == 0 && p.ones&q.care == q.ones {
			return true
		}
	}
	return false
}

func onesCount3(x uint8) int { return int(x&1 + x>>1&1 + x>>2&1) }
