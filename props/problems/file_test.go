package problems

import (
	"math"
	"strings"
	"testing"

	"assay/spec"
)

func TestFromFile(t *testing.T) {
	path := write(t, "points.csv", []byte("0,0,1,1\n0,2,1,1\n2,0,1,1\n2,2,1,3\n"))
	for _, op := range []string{"identity", "inpaint", "superres", "blur"} {
		p, err := FromFile(path, op, FileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(p.Name(), path+"/"+op+":beta=") {
			t.Errorf("it is called %s", p.Name())
		}
		checkFiniteLaw(t, p, spec.Stream(1, "test", p.Digest(), 0))
	}
}

// The defaults by hand: variances of the columns 1, 1, 0, 3/4, so the spread is
// sqrt(11)/4 = 0.829. Inpainting sees the upper row, two columns of variance 1, to
// which the kernel adds 0.083^2: a spread of 1.003.
func TestFromFileDefaults(t *testing.T) {
	path := write(t, "points.csv", []byte("0,0,1,1\n0,2,1,1\n2,0,1,1\n2,2,1,3\n"))
	byDefault, err := FromFile(path, "inpaint", FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	measurement, _ := byDefault.Linear()
	if want := path + "/inpaint:beta=0.1,bandwidth=0.083"; byDefault.Name() != want || measurement.Beta() != 0.1 {
		t.Errorf("it is %s with beta %v, want %s", byDefault.Name(), measurement.Beta(), want)
	}
	set, err := FromFile(path, "inpaint", FileOptions{Beta: 7, Bandwidth: 3})
	if err != nil {
		t.Fatal(err)
	}
	measurement, _ = set.Linear()
	if measurement.Beta() != 7 || !strings.HasSuffix(set.Name(), "/inpaint:beta=7,bandwidth=3") {
		t.Errorf("beta %v in %s, want 7 and bandwidth 3", measurement.Beta(), set.Name())
	}
}

// Odd data are ordinary: one point, repeated points, one coordinate, values far
// from the origin.
func TestFromFileOddData(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		options FileOptions
	}{
		"one point":          {"1,2,3\n", FileOptions{Bandwidth: 0.1}},
		"one number":         {"5\n", FileOptions{Bandwidth: 0.1}},
		"repeated points":    {"1,2\n1,2\n3,4\n", FileOptions{}},
		"all the same":       {"0.1,0.2\n0.1,0.2\n0.1,0.2\n", FileOptions{Bandwidth: 1}},
		"far away":           {"1e9,1e9\n1.000001e9,1e9\n", FileOptions{}},
		"a constant column":  {"1,7\n2,7\n", FileOptions{}},
		"tiny":               {"1e-6,2e-6\n2e-6,1e-6\n", FileOptions{}},
		"more rows than two": {"1\n2\n3\n4\n", FileOptions{}},
	} {
		p, err := FromFile(write(t, "points.csv", []byte(c.content)), "identity", c.options)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkFiniteLaw(t, p, spec.Stream(1, "test", p.Digest(), 0))
	}
}

func TestFromFileMistakes(t *testing.T) {
	same := write(t, "same.csv", []byte("0.1,0.2\n0.1,0.2\n0.1,0.2\n"))
	good := write(t, "good.csv", []byte("1,2\n3,4\n"))
	huge := write(t, "huge.csv", []byte("1e300,0\n-1e300,0\n"))
	zero := write(t, "zero.csv", []byte("0,0\n"))
	for _, c := range []struct {
		path, op string
		options  FileOptions
		want     string
	}{
		{same, "identity", FileOptions{}, same + ": the points have a spread of 0, which suggests no bandwidth; set it"},
		{huge, "identity", FileOptions{}, huge + ": the points have a spread of +Inf, which suggests no bandwidth; set it"},
		{good, "file:" + zero, FileOptions{}, "file:" + zero + ": A x has a spread of 0, which suggests no beta; set it"},
		{good, "sharpen", FileOptions{}, `operator "sharpen": want identity, inpaint, superres, blur or file:A.npy`},
		{good, "identity", FileOptions{Beta: -1}, "beta is -1; want a positive finite standard deviation"},
		{good, "identity", FileOptions{Beta: math.NaN()}, "beta is NaN; want a positive finite standard deviation"},
		{good, "identity", FileOptions{Bandwidth: math.Inf(1)}, "bandwidth is +Inf; want a positive finite standard deviation"},
		{"missing.csv", "identity", FileOptions{}, "missing.csv: no such file or directory"},
	} {
		if _, err := FromFile(c.path, c.op, c.options); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}
