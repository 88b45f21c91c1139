package spec

import "fmt"

// parsed reads the fields of an operator by get, and makes it.
func parsed(text []byte, get func(o *object), operator func() (Operator, error)) (Operator, error) {
	o, err := parseObject(text)
	if err != nil {
		return nil, err
	}
	o.known("kind")
	get(o)
	if err := o.done(); err != nil {
		return nil, err
	}
	return operator()
}

func parseIdentity(text []byte) (Operator, error) {
	var dim int
	return parsed(text, func(o *object) { o.get("dim", "an integer", &dim) }, func() (Operator, error) {
		if dim < 1 {
			return nil, fmt.Errorf("dim: %d, want at least 1", dim)
		}
		return Identity(dim), nil
	})
}

func parseMask(text []byte) (Operator, error) {
	var dim int
	var kept []int
	return parsed(text, func(o *object) {
		o.get("dim", "an integer", &dim)
		o.get("kept", "an array of integers", &kept)
	}, func() (Operator, error) { return Mask(dim, kept) })
}

// shape reads the height and width of an image.
func (o *object) shape(height, width *int) {
	o.get("height", "an integer", height)
	o.get("width", "an integer", width)
}

func parsePooling(text []byte) (Operator, error) {
	var height, width, block int
	return parsed(text, func(o *object) {
		o.shape(&height, &width)
		o.get("block", "an integer", &block)
	}, func() (Operator, error) { return Pooling(height, width, block) })
}

func parseConvolution(text []byte) (Operator, error) {
	var height, width int
	var rows [][]float64
	return parsed(text, func(o *object) {
		o.shape(&height, &width)
		o.get("kernel", "an array of arrays of numbers", &rows)
	}, func() (Operator, error) {
		columns := 0
		if len(rows) > 0 {
			columns = len(rows[0])
		}
		kernel, err := denseOf("kernel", rows, columns)
		if err != nil {
			return nil, err
		}
		return Convolution(height, width, kernel)
	})
}

func parseFourier(text []byte) (Operator, error) {
	var height, width int
	var pairs [][]int
	return parsed(text, func(o *object) {
		o.shape(&height, &width)
		o.get("frequencies", "an array of pairs of integers", &pairs)
	}, func() (Operator, error) {
		frequencies := make([][2]int, len(pairs))
		for i, p := range pairs {
			if len(p) != 2 {
				return nil, fmt.Errorf("frequencies[%d]: %d numbers, want 2", i, len(p))
			}
			frequencies[i] = [2]int(p)
		}
		return Fourier(height, width, frequencies)
	})
}
