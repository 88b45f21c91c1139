package problems

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// drawn are points that look like nothing but points: four normal numbers a line.
const drawn = `0.345584,0.821618,0.330437,-1.30316
0.905356,0.446375,-0.536953,0.581118
0.364572,0.294132,0.0284222,0.546713
-0.736454,-0.16291,-0.482119,0.598846
0.0397221,-0.292457,-0.781908,-0.257192
0.00814218,-0.275602,1.29406,1.00672
-2.71162,-1.88898,-0.174772,-0.422193
0.213598,0.217322,2.11784,-1.11202
`

// withFirst puts a cell before each line.
func withFirst(text string, cell func(line int) string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	for i := range lines {
		lines[i] = cell(i) + "," + lines[i]
	}
	return strings.Join(lines, "") + "\n"
}

// TestSilentMisreadings: what a table holds besides points is asked about, and read all the
// same as it stands if the user says so.
func TestSilentMisreadings(t *testing.T) {
	shuffled := rand.New(rand.NewPCG(1, 2)).Perm(8)
	for name, c := range map[string]struct{ content, want string }{
		"index from 0":    {withFirst(drawn, func(i int) string { return fmt.Sprint(i) }), "column 1 numbers the rows: 0, 1, 2, 3, ...; delete it if it is an index (or say --as-is)"},
		"index from 1":    {withFirst(drawn, func(i int) string { return fmt.Sprint(i + 1) }), "column 1 numbers the rows: 1, 2, 3, 4, ...; delete it if it is an index (or say --as-is)"},
		"index of floats": {withFirst(drawn, func(i int) string { return fmt.Sprintf("%d.0", i) }), "column 1 numbers the rows: 0, 1, 2, 3, ...; delete it if it is an index (or say --as-is)"},
		"index with gaps": {withFirst(drawn, func(i int) string { return fmt.Sprint(3*i*i + i) }), "column 1 numbers the rows: 0, 4, 14, 30, ...; delete it if it is an index (or say --as-is)"},
		"index shuffled":  {withFirst(drawn, func(i int) string { return fmt.Sprint(shuffled[i]) }), "column 1 numbers the rows: "},
		"index last":      {"0.5,1.5,0\n0.25,1,1\n0.125,3,2\n", "column 3 numbers the rows: 0, 1, 2; delete it if it is an index (or say --as-is)"},
		"index of whole":  {"0,7,9\n1,2,2\n2,8,3\n3,1,1\n", "column 1 numbers the rows: 0, 1, 2, 3; delete it if it is an index (or say --as-is)"},
		"header from 0":   {"0,1,2,3\n" + drawn, "the first line numbers the columns: 0, 1, 2, 3; delete it if it is a header (or say --as-is)"},
		"header from 1":   {"1,2,3,4\n" + drawn, "the first line numbers the columns: 1, 2, 3, 4; delete it if it is a header (or say --as-is)"},
		"header of years": {"2001,2002,2003,2004\n" + drawn, "the first line numbers the columns: 2001, 2002, 2003, 2004; delete it if it is a header (or say --as-is)"},
		"decimal comma":   {"0,345584\n0,905356\n0,364572\n-0,736454\n0,0397221\n0,00814218\n", "every line reads as numbers with a decimal comma, such as 0,345; write a point for the comma, or 1.0 for whole numbers (or say --as-is)"},
		"two of them":     {"0,345584,1,25\n0,905356,-3,05\n", "every line reads as numbers with a decimal comma, such as 0,345; write a point for the comma, or 1.0 for whole numbers (or say --as-is)"},
		"without zeros":   {"12,34567\n3,14159\n2,71828\n", "every line reads as numbers with a decimal comma, such as 0,345; write a point for the comma, or 1.0 for whole numbers (or say --as-is)"},
		"cut short":       {strings.TrimSuffix(drawn, "202\n"), "line 8, the last, ends in a number that is shorter than the others and has no line feed: was the file cut short? if it is whole, end the line (or say --as-is)"},
		"cut very short":  {strings.TrimSuffix(drawn, ".11202\n"), "line 8, the last, ends in a number that is shorter than the others and has no line feed: was the file cut short? if it is whole, end the line (or say --as-is)"},
	} {
		path := write(t, "points.csv", []byte(c.content))
		_, err := FromFile(path, "identity", FileOptions{})
		if err == nil || !strings.HasPrefix(err.Error(), path+": "+c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s:\ngot  %v\nwant %s", name, err, c.want)
		}
		if _, err := FromFile(path, "identity", FileOptions{AsIs: true}); err != nil {
			t.Errorf("%s, as it is: %v", name, err)
		}
	}
}

// TestPointsAreNotSuspected: 2,000 tables of normal numbers and 2,000 of whole ones up to 255,
// as images hold, of 2 to 40 rows. Of the former none counts. Of the latter a given column of
// three rows counts with probability 254/256^3, and longer ones far less: of 50 tables of three
// rows, two columns each, .002 are expected. A last line without its line feed is asked about
// in a tenth of the whole files at most, and of short ones in a few more.
func TestPointsAreNotSuspected(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	asked := 0
	for i := range 4000 {
		n, d := 2+rng.IntN(39), 1+rng.IntN(6)
		var b strings.Builder
		for range n {
			for j := range d {
				if j > 0 {
					b.WriteString(",")
				}
				if i%2 == 0 {
					fmt.Fprintf(&b, "%.6g", rng.NormFloat64())
				} else {
					fmt.Fprint(&b, rng.IntN(256))
				}
			}
			b.WriteString("\n")
		}
		table, err := readCSV(strings.NewReader(b.String()), false)
		if err == nil {
			err = misread(table)
		}
		if err != nil {
			t.Errorf("%v\n%s", err, b.String())
		}
		if _, err := readCSV(strings.NewReader(strings.TrimSuffix(b.String(), "\n")), false); err != nil {
			asked++
		}
	}
	if asked > 600 {
		t.Errorf("of 4000 whole files without a line feed at the end %d are asked about", asked)
	}
	t.Logf("of 4000 whole files without a line feed at the end %d are asked about", asked)
}

func TestOrigin(t *testing.T) {
	for name, c := range map[string]struct {
		rows         [][]float64
		standardised bool
		want         string
		warnings     int
	}{
		"an image":     {[][]float64{{0, 0, 0, 0}, {2, 4, 6, 2}}, false, "2 points in R^4, each taken for a 2 x 2 image; column deviations 1 to 3", 0},
		"scales":       {[][]float64{{0, 0}, {2, 22}}, false, "2 points in R^2; column deviations 1 to 11", 1},
		"ten times":    {[][]float64{{0, 0}, {2, 20}}, false, "2 points in R^2; column deviations 1 to 10", 0},
		"standardised": {[][]float64{{0, 0}, {2, 22}}, true, "2 points in R^2; column deviations 1 to 11, each divided by its deviation", 0},
		"a constant":   {[][]float64{{0, 5}, {2, 5}}, false, "2 points in R^2; column deviation 1, 1 constant", 0},
		"all constant": {[][]float64{{7, 5}, {7, 5}}, false, "2 points in R^2; all columns are constant", 0},
		"one":          {[][]float64{{7}}, false, "1 point in R^1; all columns are constant", 0},
	} {
		points := mat.NewDense(len(c.rows), len(c.rows[0]), nil)
		for i, row := range c.rows {
			points.SetRow(i, row)
		}
		read, warnings := originOf(points, c.standardised)
		if read != c.want || len(warnings) != c.warnings {
			t.Errorf("%s:\ngot  %s %q\nwant %s, %d warnings", name, read, warnings, c.want, c.warnings)
		}
	}
}

// TestStandardise: means 0 and deviations 1, of constants 0.
func TestStandardise(t *testing.T) {
	points := mat.NewDense(3, 3, []float64{1e9 + 1, 7, -5, 1e9 + 2, 7, 0, 1e9 + 3, 7, 19})
	standardise(points)
	for j, want := range []float64{1, 0, 1} {
		column := mat.Col(nil, j, points)
		sum := column[0] + column[1] + column[2]
		if v := variance(column); sum > 1e-12 || sum < -1e-12 || v < want-1e-12 || v > want+1e-12 {
			t.Errorf("column %d has sum %v and variance %v", j+1, sum, v)
		}
	}
}
