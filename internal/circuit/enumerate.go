package circuit

import (
	"context"
	"fmt"
	"math/bits"
)

// maxEnumerated is the largest number of inputs that can be enumerated: their
// values and the number of blocks fit a uint64.
const maxEnumerated = 62

// laneBits is log2(Lanes): within a block, that many inputs take all their values.
var laneBits = bits.Len(Lanes - 1)

// Blocks returns the number of blocks of [Lanes] inputs among the 2^n inputs of n
// bits, at least one. It panics if n is not from 0 to 62.
func Blocks(n int) uint64 {
	if n < 0 || n > maxEnumerated {
		panic(fmt.Sprintf("circuit: Blocks(%d): want 0 to %d bits", n, maxEnumerated))
	}
	return 1 << max(0, n-laneBits)
}

// lanePatterns are the inputs that vary within a block: lane l of the i-th holds bit i
// of l.
var lanePatterns = func() []Block {
	patterns := make([]Block, laneBits)
	for i := range patterns {
		for lane := range Lanes {
			patterns[i].Set(lane, lane>>i&1 == 1)
		}
	}
	return patterns
}()

// firstLanes returns the block whose lanes below n are set.
func firstLanes(n int) Block {
	var b Block
	for lane := range min(n, Lanes) {
		b.Set(lane, true)
	}
	return b
}

// Visit calls visit for each of the blocks from, ..., to-1 of inputs: lane l of
// block k holds the input k*Lanes + l, bit i of it being input i of the circuit.
// If there are fewer than [Lanes] inputs in all they are the first 2^n lanes, and
// the others are to be ignored. outputs are overwritten by the next call. It
// returns ctx.Err() or the first error of visit. It panics if the circuit has
// more than 62 inputs.
func (p *Program) Visit(ctx context.Context, from, to uint64, visit func(block uint64, outputs []Block) error) error {
	Blocks(p.inputs)
	m := p.NewMachine()
	for i := range min(laneBits, p.inputs) {
		*m.Input(i) = lanePatterns[i]
	}
	outputs := make([]Block, len(p.outputs))
	for k := from; k < to; k++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		changed := ^uint64(0)
		if k > from {
			changed = k ^ (k - 1)
		}
		for i := laneBits; i < p.inputs; i++ {
			if bit := i - laneBits; changed>>bit&1 == 1 {
				m.Input(i).fill(k>>bit&1 == 1)
			}
		}
		m.Run()
		for j := range outputs {
			outputs[j] = m.Output(j)
		}
		if err := visit(k, outputs); err != nil {
			return err
		}
	}
	return nil
}

func (b *Block) fill(v bool) {
	var word uint64
	if v {
		word = ^word
	}
	for i := range b {
		b[i] = word
	}
}
