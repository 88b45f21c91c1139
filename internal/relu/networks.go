package relu

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/reduction"
)

// Networks is a hard instance whose denoiser is, at each sigma, a certified network: all that
// a sampler by diffusion knows of the prior then comes from networks (Theorem 1.4). They are
// compiled as they are asked for and kept; it may be used by several goroutines.
type Networks struct {
	*reduction.Instance
	of *designer
	c  float64

	mutex   sync.Mutex
	made    map[float64]*Network
	refused error
}

// NewNetworks returns the instance in with networks certified for the exponent C:
// those of the instance of, which is in itself or, as a control, a wrong one of the
// same size.
func NewNetworks(in, of *reduction.Instance, C float64) *Networks {
	return &Networks{Instance: in, of: NewDesigner(of), c: C, made: map[float64]*Network{}}
}

// Denoise writes into each row of dst the mean that the network for sigma returns for that row
// of x, or NaN if it is not certified, see [Networks.Err].
func (n *Networks) Denoise(dst, x *mat.Dense, sigma float64) {
	rows, _ := x.Dims()
	network, err := n.at(sigma)
	if err != nil {
		for row := range rows {
			for i := range dst.RawRowView(row) {
				dst.Set(row, i, math.NaN())
			}
		}
		return
	}
	for row, mean := range Forward(network, rowsOf(x)) {
		copy(dst.RawRowView(row), mean)
	}
}

// Err returns why the first network that was not certified is not, or nil.
func (n *Networks) Err() error {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.refused
}

// at returns the network for sigma.
func (n *Networks) at(sigma float64) (*Network, error) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if network, ok := n.made[sigma]; ok {
		return network, nil
	}
	network, _, err := n.of.score(sigma, n.c)
	if err != nil {
		if n.refused == nil {
			n.refused = err
		}
		return nil, err
	}
	n.made[sigma] = network
	return network, nil
}

// rowsOf returns the rows of a matrix, not copied.
func rowsOf(x *mat.Dense) [][]float64 {
	rows, _ := x.Dims()
	views := make([][]float64, rows)
	for row := range views {
		views[row] = x.RawRowView(row)
	}
	return views
}
