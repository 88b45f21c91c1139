package inverter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"assay/internal/circuit"
	"assay/internal/parallel"
)

// Enumerate returns the inverter that tries all inputs, up to 2^62, shared out over
// the processors. It leaves out inputs on which no output depends. Its samples are
// exactly uniform, and a second look at the few parts of the space that hold the
// preimages drawn is all that it needs beyond counting: nothing is kept.
func Enumerate() Inverter { return enumerate{} }

type enumerate struct{}

func (enumerate) Name() string { return "enumerate" }

func (enumerate) Invert(ctx context.Context, c *circuit.Circuit, z []bool, rng *rand.Rand) ([]bool, Work, error) {
	s, err := newScan(c, z)
	if err != nil {
		return nil, Work{}, err
	}
	x, work, err := s.first(ctx)
	if err != nil {
		return nil, work, err
	}
	whole, err := s.lift(x, z, c, rng)
	return whole, work, err
}

func (enumerate) Sample(ctx context.Context, c *circuit.Circuit, z []bool, draws int, rng *rand.Rand) ([][]bool, Work, error) {
	s, err := newScan(c, z)
	if err != nil {
		return nil, Work{}, err
	}
	counts, work, err := s.count(ctx)
	if err != nil {
		return nil, work, err
	}
	total := uint64(0)
	for _, part := range counts {
		total += part.count
	}
	if total == 0 {
		return nil, work, ErrNoPreimage
	}
	ranks := make([]uint64, draws)
	for i := range ranks {
		ranks[i] = rng.Uint64N(total)
	}
	found, more, err := s.atRanks(ctx, counts, ranks)
	work.Add(more)
	if err != nil {
		return nil, work, err
	}
	x := make([][]bool, draws)
	for i := range x {
		if x[i], err = s.lift(found[ranks[i]], z, c, rng); err != nil {
			return nil, work, err
		}
	}
	return x, work, nil
}

// scan is the search for the preimages of one image, in parts of partBlocks blocks.
type scan struct {
	projection
	z      []bool
	search *circuit.Search
	parts  uint64
}

// partBlocks makes a part a few milliseconds of work for a cipher.
const partBlocks = 256

func newScan(c *circuit.Circuit, z []bool) (*scan, error) {
	if err := checkImage(c, z); err != nil {
		return nil, fmt.Errorf("enumerate: %w", err)
	}
	p := project(c)
	search, err := circuit.NewSearch(p.Circuit)
	if err != nil {
		return nil, fmt.Errorf("enumerate: %w", err)
	}
	return &scan{p, z, search, (search.Blocks() + partBlocks - 1) / partBlocks}, nil
}

// lift returns a preimage under the whole circuit c.
func (s *scan) lift(x uint64, z []bool, c *circuit.Circuit, rng *rand.Rand) ([]bool, error) {
	whole := s.projection.lift(circuit.Bits(x, s.Inputs()), rng)
	if err := checkPreimage(c, z, whole); err != nil {
		return nil, fmt.Errorf("enumerate: %w", err)
	}
	return whole, nil
}

// run searches one part, calling found until it returns false.
func (s *scan) run(ctx context.Context, part uint64, found func(x uint64) bool) (Work, error) {
	from := part * partBlocks
	work, err := s.search.Run(ctx, s.z, from, min(from+partBlocks, s.search.Blocks()), found)
	return Work{Candidates: work.Candidates}, err
}

// errStop is not a mistake: enough was found.
var errStop = errors.New("stop")

// each calls look for the parts in order, on all processors, until it says stop or
// fails; parts begun before are finished. It returns the work of all of them and the
// error of the first part that failed, unless one before it says stop.
func (s *scan) each(ctx context.Context, look func(part uint64) (work Work, stop bool, err error)) (Work, error) {
	var mu sync.Mutex
	var total Work
	err := parallel.Each(ctx, int(s.parts), func(i int) error {
		work, stop, err := look(uint64(i))
		mu.Lock()
		defer mu.Unlock()
		total.Add(work)
		if err == nil && stop {
			err = errStop
		}
		return err
	})
	if errors.Is(err, errStop) {
		err = nil
	}
	return total, err
}

// first returns the first preimage in the order of the search, however the parts were
// shared out.
func (s *scan) first(ctx context.Context) (uint64, Work, error) {
	var mu sync.Mutex
	best, answer := s.parts, uint64(0)
	work, err := s.each(ctx, func(part uint64) (Work, bool, error) {
		hit := false
		work, err := s.run(ctx, part, func(x uint64) bool {
			mu.Lock()
			defer mu.Unlock()
			if hit = true; part < best {
				best, answer = part, x
			}
			return false
		})
		return work, hit, err
	})
	if err != nil {
		return 0, work, err
	}
	if best == s.parts {
		return 0, work, ErrNoPreimage
	}
	return answer, work, nil
}

// tally is the number of preimages in a part.
type tally struct{ part, count uint64 }

// count returns the parts that hold preimages, in order.
func (s *scan) count(ctx context.Context) ([]tally, Work, error) {
	var mu sync.Mutex
	var counts []tally
	work, err := s.each(ctx, func(part uint64) (Work, bool, error) {
		count := uint64(0)
		work, err := s.run(ctx, part, func(uint64) bool { count++; return true })
		if count > 0 {
			mu.Lock()
			defer mu.Unlock()
			counts = append(counts, tally{part, count})
		}
		return work, false, err
	})
	slices.SortFunc(counts, func(a, b tally) int {
		if a.part < b.part {
			return -1
		}
		return 1
	})
	return counts, work, err
}

// atRanks returns the preimages of the given ranks in the order of the search.
func (s *scan) atRanks(ctx context.Context, counts []tally, ranks []uint64) (map[uint64]uint64, Work, error) {
	wanted := slices.Compact(slices.Sorted(slices.Values(ranks)))
	found := make(map[uint64]uint64, len(wanted))
	var total Work
	before := uint64(0)
	for _, part := range counts {
		if len(wanted) > 0 && wanted[0] < before+part.count {
			rank := before
			work, err := s.run(ctx, part.part, func(x uint64) bool {
				if rank == wanted[0] {
					found[rank] = x
					wanted = wanted[1:]
				}
				rank++
				return len(wanted) > 0 && wanted[0] < before+part.count
			})
			total.Add(work)
			if err != nil {
				return nil, total, err
			}
		}
		before += part.count
	}
	return found, total, nil
}
