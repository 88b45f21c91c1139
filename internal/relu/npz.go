package relu

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"assay/internal/npy"
)

// WriteNPZ writes the network as NumPy arrays. An expression is a row of a sparse matrix in
// compressed form, over the inputs and the units before it; the units come first, layer by
// layer, then the outputs:
//
//	inputs    int64 (1)          number of inputs
//	layers    int64 (depth)      units of each layer
//	start     int64 (rows + 1)   row i has the wires start[i] to start[i+1]
//	source    int32 (wires)      node of each wire: below inputs an input, from there a unit
//	weight    float64 (wires)
//	bias      float64 (rows)
//	metadata  uint8 (bytes)      JSON, an object of strings
//
// The same network gives the same file.
func (n *Network) WriteNPZ(w io.Writer, metadata map[string]string) error {
	layers, start := []int64{}, []int64{0}
	var source []int32
	var weight, bias []float64
	for _, width := range n.layers {
		layers = append(layers, int64(width))
	}
	for _, list := range [][]affine{n.units, n.outputs} {
		for _, a := range list {
			for _, t := range a.terms {
				source, weight = append(source, t.node), append(weight, t.weight)
			}
			bias, start = append(bias, a.bias), append(start, int64(len(source)))
		}
	}
	text, err := json.Marshal(metadata)
	if err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	archive := zip.NewWriter(w)
	err = errors.Join(
		writeArray(archive, "inputs", []int64{int64(n.inputs)}), writeArray(archive, "layers", layers),
		writeArray(archive, "start", start), writeArray(archive, "source", source),
		writeArray(archive, "weight", weight), writeArray(archive, "bias", bias), writeArray(archive, "metadata", text),
	)
	if err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}

func writeArray[T uint8 | int32 | int64 | float64](archive *zip.Writer, name string, values []T) error {
	w, err := archive.Create(name + ".npy")
	if err != nil {
		return err
	}
	return npy.Write(w, values)
}
