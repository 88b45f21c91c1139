package spec

import (
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// String returns the problem in a line of words and formulas for people, numbers in full
// where they are few, and the first digits of its digest:
//
//	gauss: x ~ N((0, 0), sd 1); y = (1, 0) x + 0.5 n; digest b9e6d8807211
//
// It is not the canonical text form, from which a problem can be read again.
func (p *Problem) String() string {
	return fmt.Sprintf("%s: x ~ %s; %s; digest %.6x", p.name, priorWords(p.prior), p.givenWords(), p.Digest())
}

// GoString is String, so that tests show problems, not pointers.
func (p *Problem) GoString() string { return p.String() }

// priorWords returns a law in words; of a type from elsewhere, its own if it has any.
func priorWords(p Prior) string {
	if words, ok := p.(fmt.Stringer); ok {
		return words.String()
	}
	return fmt.Sprintf("a %T in R^%d", p, p.Dim())
}

// String returns the law as a formula: N(mean, deviation).
func (g *Gaussian) String() string { return fmt.Sprintf("N(%s, %s)", vectorWords(g.mean), g.cov) }

// String returns the covariance as standard deviations, or as the matrix where it is small
// and neither isotropic nor diagonal.
func (c *covariance) String() string {
	switch r := c.rank(); {
	case c.isotropic():
		return "sd " + numberWords(c.dev[0])
	case c.basis == nil:
		return "sd " + vectorWords(c.dev)
	case c.dim*c.dim <= fewEntries:
		return "covariance " + matrixWords(mat.DenseCopyOf(c.matrix()))
	case r < c.dim:
		return fmt.Sprintf("sd %s along %s, %s across them", vectorWords(c.dev[:r]), counted(r, "axis", "axes"), numberWords(c.dev[r]))
	default:
		return fmt.Sprintf("sd %s along its axes", vectorWords(c.dev))
	}
}

// String returns the law as a weighted sum of its components, if there are few.
func (m *Mixture) String() string {
	const few = 3
	if m.Len() > few {
		return fmt.Sprintf("a mixture of %d Gaussians in R^%d", m.Len(), m.Dim())
	}
	var terms []string
	for k := range m.Len() {
		weight, g := m.Component(k)
		terms = append(terms, numberWords(weight)+" "+g.String())
	}
	return strings.Join(terms, " + ")
}

// String names the points that are smoothed, or counts them, and the deviation
// of the smoothing.
func (s *DataSet) String() string {
	n, d := s.Points().Dims()
	if n*d <= fewEntries {
		return fmt.Sprintf("the points %s, smoothed by sd %s", matrixWords(s.Points()), numberWords(s.bandwidth))
	}
	return fmt.Sprintf("%s in R^%d, smoothed by sd %s", counted(n, "point", "points"), d, numberWords(s.bandwidth))
}

// givenWords returns the law of y given x in words; of a type from elsewhere, its own if it
// has any.
func (p *Problem) givenWords() string {
	if words, ok := p.given.(fmt.Stringer); ok {
		return words.String()
	}
	return fmt.Sprintf("y in R^%d by a %T", p.Rows(), p.given)
}

// String returns the measurement as a formula, A in full if it is small.
func (m Linear) String() string {
	switch rows := m.Rows(); {
	case rows == 0:
		return "nothing is measured"
	case rows*m.dim > fewEntries:
		return fmt.Sprintf("y = A x + %s n, A %d x %d", numberWords(m.beta), rows, m.dim)
	default:
		return fmt.Sprintf("y = %s x + %s n", matrixWords(m.A()), numberWords(m.beta))
	}
}

// fewEntries is the number of entries up to which a matrix is written out.
const fewEntries = 9

func matrixWords(a *mat.Dense) string {
	var rows []string
	for _, row := range rowsOf(a) {
		rows = append(rows, listWords(row, fewEntries))
	}
	return bracketed(a.RawMatrix().Rows*a.RawMatrix().Cols, strings.Join(rows, "; "))
}

func vectorWords(x []float64) string {
	const few = 6
	return bracketed(len(x), listWords(x, few))
}

// bracketed puts brackets around entries, unless there is one.
func bracketed(entries int, words string) string {
	if entries == 1 {
		return words
	}
	return "(" + words + ")"
}

// listWords returns the first numbers of x, most of them at most.
func listWords(x []float64, most int) string {
	var words []string
	for _, v := range x[:min(most, len(x))] {
		words = append(words, numberWords(v))
	}
	if len(x) > most {
		words = append(words, fmt.Sprintf("... %d in all", len(x)))
	}
	return strings.Join(words, ", ")
}

func numberWords(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
