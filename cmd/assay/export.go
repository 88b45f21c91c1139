package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"assay/props/problems"
	"assay/reduction"
	"assay/reduction/relu"
)

// exportCommand hands the score network of a hard instance to other programs.
type exportCommand struct {
	Problem string `arg:"" help:"Hard instance: hard:FUNCTION, such as hard:goldreich:n=64, with the dials R, eps and beta among its arguments."`

	ONNX   string  `name:"onnx" required:"" placeholder:"FILE" help:"File to write: a network from x (batch, d) to denoised (batch, d), the mean of the prior given x; ONNX opset 13."`
	Sigma  float64 `default:"0.1" help:"Deviation of the noise that the network removes, in the units of x."`
	C      float64 `name:"exponent" default:"2" placeholder:"C" help:"Exponent of the certificate: sigma^2 E|s^ - s|^2 <= d^-C."`
	Single bool    `help:"Write float32, not float64."`
	Force  bool    `help:"Replace a file that is there."`
}

func (c *exportCommand) run(_ context.Context, std streams) (code int, err error) {
	function, ok := strings.CutPrefix(c.Problem, "hard:")
	if !ok {
		return 0, fmt.Errorf("export %s: want a hard instance, hard:FUNCTION, such as hard:goldreich:n=64", c.Problem)
	}
	in, name, err := problems.Hard(function)
	if err != nil {
		return 0, fmt.Errorf("export %s: %w", c.Problem, err)
	}
	if err := c.checkFile(); err != nil {
		return 0, err
	}
	network, certificate, err := relu.Score(in, c.Sigma, c.C)
	if err != nil {
		return 0, fmt.Errorf("export %s: %w%s", c.Problem, err, advice(in, c.C))
	}
	metadata, err := describe(in, name, certificate)
	if err != nil {
		return 0, err
	}
	format, kind := relu.Double, "float64"
	if c.Single {
		format, kind = relu.Single, "float32"
	}
	var model bytes.Buffer
	if err := network.WriteONNX(&model, format, metadata); err != nil {
		return 0, err
	}
	if err := writeFile(c.ONNX, model.Bytes()); err != nil {
		return 0, fmt.Errorf("--onnx=%s: %w", c.ONNX, err)
	}
	size := network.Size()
	_, err = fmt.Fprintf(std.out, `%s at sigma = %s
%d -> %d numbers, %s
%d units in %d layers, the widest of %d
%d parameters, the largest %.3g
sigma^2 E|s^ - s|^2 <= %.2g, for C = %s at most %.2g
%s: %d bytes
`, "hard:"+name, number(c.Sigma), network.Inputs(), network.Outputs(), kind, size.Units, size.Depth, size.Width,
		size.Parameters, size.Weight, certificate.Total, number(c.C), certificate.Target, c.ONNX, model.Len())
	return exitOK, err
}

// checkFile finds out before the work whether the file can be written.
func (c *exportCommand) checkFile() error {
	if info, err := os.Stat(filepath.Dir(c.ONNX)); err != nil || !info.IsDir() {
		return fmt.Errorf("--onnx=%s: there is no folder %s", c.ONNX, filepath.Dir(c.ONNX))
	}
	switch info, err := os.Stat(c.ONNX); {
	case err != nil:
	case info.IsDir():
		return fmt.Errorf("--onnx=%s: that is a folder; want the name of a file", c.ONNX)
	case info.Mode().IsRegular() && !c.Force:
		return fmt.Errorf("--onnx=%s: the file exists; say --force to replace it", c.ONNX)
	}
	return nil
}

// advice returns the dials that would be certified, if there are any, as the end of a
// message.
func advice(in *reduction.Instance, C float64) string {
	whole := int(C)
	if in.Dials().Encoding != reduction.Lattice || float64(whole) != C {
		return ""
	}
	dials, err := reduction.Parameters(in.Function().N, in.Function().M, whole)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (R=%s,eps=%.3f is certified from d^-C to d^C)", number(dials.R), dials.Eps-0.0005)
}

// describe returns what an exported file says of itself.
func describe(in *reduction.Instance, name string, certificate relu.Certificate) (map[string]string, error) {
	text, err := json.Marshal(struct {
		Instance    *reduction.Instance `json:"instance"`
		Certificate relu.Certificate    `json:"certificate"`
	}{in, certificate})
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(text)
	dials, n, m := in.Dials(), in.Function().N, in.Function().M
	return map[string]string{
		"problem":  "hard:" + name,
		"function": in.Function().Name,
		"R":        number(dials.R),
		"eps":      number(dials.Eps),
		"beta":     number(dials.Beta),
		"A":        fmt.Sprintf("y = x[%d:%d] + (beta/R) * standard normal noise", n, n+m),
		"sigma":    number(certificate.Sigma),
		"C":        number(certificate.C),
		"bound":    number(certificate.Total),
		"digest":   fmt.Sprintf("sha256:%x", digest),
	}, nil
}
