package circuit

const (
	// improvements is how often all gates are visited: a third time changes next
	// to nothing.
	improvements = 2
	// improveBudget is how many ops a cut may add before it is given up. It keeps the
	// work linear; chains of XORs would otherwise be followed to their ends from
	// every gate.
	improveBudget = 24
)

// usage counts how often every node is used by the chosen cuts of the gates that
// the outputs need.
type usage struct {
	v     *cover
	uses  []int
	taken []uint32 // what take counted up, for undo
	added int      // how many gates it made used
}

// improve visits the gates that are used, in topological order, and gives each the
// cut that leaves the fewest ops in all (exact local area).
func (v *cover) improve(cuts [][]cut) {
	u := &usage{v: v, uses: make([]int, v.c.nodes())}
	for _, l := range v.c.outputs {
		u.take(l.node(), v.c.nodes())
	}
	for range improvements {
		for i := range v.c.gates {
			if node := uint32(v.c.n + 1 + i); u.uses[node] > 0 {
				u.improveGate(node, cuts[node][:len(cuts[node])-1])
			}
		}
	}
}

// improveGate exchanges the cut of node for any other that adds fewer ops than it
// saves. The new cut is counted before the old one is released, so that what they
// share is not visited.
func (u *usage) improveGate(node uint32, cuts []cut) {
	for _, t := range cuts {
		old := u.v.best[node]
		if t == old || !matches[t.table].ok {
			continue
		}
		u.taken, u.added = u.taken[:0], 0
		within := true
		for _, leaf := range t.leaves[:t.size] {
			within = within && u.take(leaf, improveBudget)
		}
		if within {
			removed := 0
			for _, leaf := range old.leaves[:old.size] {
				removed += u.drop(leaf)
			}
			if removed > u.added {
				u.v.best[node] = t
				continue
			}
			for _, leaf := range old.leaves[:old.size] {
				u.restore(leaf)
			}
		}
		for _, node := range u.taken {
			u.uses[node]--
		}
	}
}

// take counts a use of node, and of what it needs if it was not used, and reports
// whether at most budget gates were added so far. What it counted is in taken.
func (u *usage) take(node uint32, budget int) bool {
	u.taken = append(u.taken, node)
	u.uses[node]++
	if int(node) <= u.v.c.n || u.uses[node] > 1 {
		return true
	}
	if u.added++; u.added > budget {
		return false
	}
	for _, leaf := range u.v.leaves(node) {
		if !u.take(leaf, budget) {
			return false
		}
	}
	return true
}

// drop releases a use of node, and of what it needs if that was the last, and
// returns the number of gates that are no longer used.
func (u *usage) drop(node uint32) int {
	u.uses[node]--
	if int(node) <= u.v.c.n || u.uses[node] > 0 {
		return 0
	}
	removed := 1
	for _, leaf := range u.v.leaves(node) {
		removed += u.drop(leaf)
	}
	return removed
}

// restore is the inverse of drop.
func (u *usage) restore(node uint32) {
	u.uses[node]++
	if int(node) <= u.v.c.n || u.uses[node] > 1 {
		return
	}
	for _, leaf := range u.v.leaves(node) {
		u.restore(leaf)
	}
}
