package relu

import "slices"

// memory says where [Forward] keeps the value of each node, in as few places as there are
// values needed at a time: what does not fit into a cache takes longer to fetch than to compute.
type memory struct {
	places  int
	place   []int32 // of each node
	outputs []int   // in the order in which they can be computed
	after   []int   // the node after which each of them is
}

// layOut lays out the memory of a network. An output is computed as soon as all that it reads
// is there, and the place of a node is free after its last reader.
func layOut(n *Network) memory {
	m := memory{place: make([]int32, n.inputs+len(n.units)), after: make([]int, len(n.outputs))}
	done := func(node int) int { // when it is there: both of a pair come together
		if node >= n.inputs && n.mirrored[node-n.inputs] {
			return node + 1
		}
		return node
	}
	last := make([]int, len(m.place)) // of each node, the node with which its last reader is done
	for i := range last {
		last[i] = done(i)
	}
	read := func(a affine, at int) {
		for _, t := range a.terms {
			last[t.node] = max(last[t.node], at)
		}
	}
	for i, u := range n.units {
		read(u, done(n.inputs+i))
	}
	at := make([]int, len(n.outputs)) // the node after which it can be computed
	for j, a := range n.outputs {
		at[j] = n.inputs - 1 // all inputs are there before the first unit
		for _, t := range a.terms {
			at[j] = max(at[j], done(int(t.node)))
		}
		read(a, at[j])
		m.outputs = append(m.outputs, j)
	}
	slices.SortStableFunc(m.outputs, func(i, j int) int { return at[i] - at[j] })
	for k, j := range m.outputs {
		m.after[k] = at[j]
	}
	dying := make([][]int32, len(m.place))
	for node, reader := range last {
		dying[reader] = append(dying[reader], int32(node))
	}
	var free []int32
	for node := range m.place {
		if len(free) == 0 {
			free = append(free, int32(m.places))
			m.places++
		}
		m.place[node] = free[len(free)-1]
		free = free[:len(free)-1]
		if node >= n.inputs { // inputs are there together
			for _, gone := range dying[node] {
				free = append(free, m.place[gone])
			}
		}
	}
	return m
}
