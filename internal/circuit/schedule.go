package circuit

import "slices"

// window is how far, in instructions, the schedule may run ahead of the oldest
// one that still waits. Wider makes longer runs of one op, and more values alive
// at a time.
const window = 256

// schedule returns the gates that v needs for the outputs of the stages, in the
// order of computing, and for each stage the number of gates computed at its end.
// A gate belongs to the first stage that needs it.
func schedule(v *cover, stages [][]int) (order []uint32, ends []int) {
	done := make([]bool, v.c.nodes())
	for i := range 1 + v.c.n {
		done[i] = true
	}
	for _, outputs := range stages {
		var pending []uint32
		for _, j := range outputs {
			pending = v.collect(pending, done, v.c.outputs[j].node())
		}
		slices.Sort(pending)
		order = append(order, v.group(pending)...)
		ends = append(ends, len(order))
	}
	return order, ends
}

// collect appends to list the gates that node needs and that are not done, and
// marks them done.
func (v *cover) collect(list []uint32, done []bool, node uint32) []uint32 {
	stack := []uint32{node}
	for len(stack) > 0 {
		node := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !done[node] {
			done[node] = true
			list = append(list, node)
			stack = append(stack, v.leaves(node)...)
		}
	}
	return list
}

// leaves returns the values from which the gate node is computed.
func (v *cover) leaves(node uint32) []uint32 { return v.best[node].leaves[:v.best[node].size] }

// group orders gates, given in topological order, so that gates of one op follow
// each other: it goes on with the op of the last gate while one is ready within
// the window, and then takes the op with the most gates ready.
func (v *cover) group(gates []uint32) []uint32 {
	position := make(map[uint32]int, len(gates))
	for i, node := range gates {
		position[node] = i
	}
	waits := make([]int, len(gates)) // operands not computed
	users := make([][]int, len(gates))
	for i, node := range gates {
		for _, leaf := range v.leaves(node) {
			if j, ok := position[leaf]; ok {
				waits[i]++
				users[j] = append(users[j], i)
			}
		}
	}

	order := make([]uint32, 0, len(gates))
	computed := make([]bool, len(gates))
	ready := make([][]int, len(ops)) // of each op, positions in increasing order
	open := 0                        // gates[:open] are in the window or computed
	oldest := 0                      // gates[:oldest] are computed
	op := opcode(0)
	makeReady := func(i int) {
		o := matches[v.best[gates[i]].table].op
		at, _ := slices.BinarySearch(ready[o], i)
		ready[o] = slices.Insert(ready[o], at, i)
	}
	for len(order) < len(gates) {
		for ; open < min(oldest+window, len(gates)); open++ {
			if waits[open] == 0 {
				makeReady(open)
			}
		}
		if len(ready[op]) == 0 {
			for o := range ready {
				if len(ready[o]) > len(ready[op]) {
					op = opcode(o)
				}
			}
		}
		i := ready[op][0]
		ready[op] = ready[op][1:]
		computed[i] = true
		order = append(order, gates[i])
		for _, j := range users[i] {
			if waits[j]--; waits[j] == 0 && j < open {
				makeReady(j)
			}
		}
		for oldest < len(gates) && computed[oldest] {
			oldest++
		}
	}
	return order
}
