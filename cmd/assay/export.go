package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"assay/internal/relu"
	"assay/internal/text"
	"assay/props/problems/hard"
	"assay/reduction"
)

// exportCommand hands the score of a hard instance to other programs.
type exportCommand struct {
	Problem string `arg:"" help:"Hard instance: hard:FUNCTION, such as hard:goldreich:n=64, with the dials R, eps and beta among its arguments."`

	ONNX   string   `name:"onnx" placeholder:"FILE" help:"Write an ONNX model (opset 13) from x (batch, d) to denoised (batch, d), the mean of the prior given x. The level of noise is a second input, sigma (1 or batch), unless --sigma is given."`
	NPZ    string   `name:"npz" placeholder:"FILE" help:"Write the ReLU network of one --sigma as NumPy arrays."`
	Sigma  *float64 `placeholder:"S" help:"Export the ReLU network for noise of this deviation, in the units of x; without it, the model has tanh and exp in place of piecewise-linear functions."`
	C      float64  `name:"exponent" default:"2" placeholder:"C" help:"Exponent of the certificate: sigma^2 E|s^ - s|^2 <= d^-C."`
	Single bool     `help:"Write float32, not float64, to the ONNX model."`
	Force  bool     `help:"Replace a file that is there."`
}

func (c *exportCommand) run(_ context.Context, std streams) (code int, err error) {
	function, ok := strings.CutPrefix(c.Problem, "hard:")
	switch {
	case !ok:
		return 0, fmt.Errorf("export %s: want a hard instance, hard:FUNCTION, such as hard:goldreich:n=64", c.Problem)
	case c.ONNX == "" && c.NPZ == "":
		return 0, fmt.Errorf("export %s: nothing to write; want --onnx=FILE or --npz=FILE", c.Problem)
	case c.NPZ != "" && c.Sigma == nil:
		return 0, fmt.Errorf("--npz=%s: the arrays are those of a ReLU network, which is of one sigma; want --sigma, such as --sigma=0.1", c.NPZ)
	}
	in, name, err := hard.Parse(function)
	if err != nil {
		return 0, fmt.Errorf("export %s: %w", c.Problem, err)
	}
	for flag, path := range map[string]string{"--onnx": c.ONNX, "--npz": c.NPZ} {
		if err := c.checkFile(flag, path); err != nil {
			return 0, err
		}
	}
	e := export{in: in, name: "hard:" + name, format: relu.Double}
	if c.Single {
		e.format = relu.Single
	}
	if c.Sigma == nil {
		err = e.rule(c.C)
	} else {
		err = e.network(*c.Sigma, c.C)
	}
	var large relu.TooLarge
	switch {
	case errors.As(err, &large):
		return 0, fmt.Errorf("export %s: %w", c.Problem, err)
	case err != nil:
		return 0, fmt.Errorf("export %s: %w%s", c.Problem, err, advice(in, c.C))
	}
	for _, f := range []struct {
		flag, path string
		write      func(w io.Writer) error
	}{{"--onnx", c.ONNX, e.onnx}, {"--npz", c.NPZ, e.npz}} {
		if f.path == "" {
			continue
		}
		var content bytes.Buffer
		if err := f.write(&content); err != nil {
			return 0, err
		}
		if err := writeFile(f.path, content.Bytes()); err != nil {
			return 0, fmt.Errorf("%s=%s: %w", f.flag, f.path, err)
		}
		fmt.Fprintf(&e.text, "%s: %d bytes\n", text.Safe(f.path), content.Len())
	}
	_, err = e.text.WriteTo(std.out)
	return exitOK, err
}

// export is what is exported: a description, and what writes the files.
type export struct {
	in        *reduction.Instance
	name      string
	format    relu.Format
	text      bytes.Buffer
	onnx, npz func(w io.Writer) error
}

// kind names the format of an ONNX model.
func (e *export) kind() string {
	if e.format == relu.Single {
		return "float32"
	}
	return "float64"
}

// network exports the ReLU network of one sigma.
func (e *export) network(sigma, C float64) error {
	network, certificate, err := relu.Score(e.in, sigma, C)
	if err != nil {
		return err
	}
	metadata, err := relu.Metadata(e.in, e.name, certificate)
	if err != nil {
		return err
	}
	e.onnx = func(w io.Writer) error { return network.WriteONNX(w, e.format, metadata) }
	e.npz = func(w io.Writer) error { return network.WriteNPZ(w, metadata) }
	size := network.Size()
	fmt.Fprintf(&e.text, `%s at sigma = %s
%d -> %d numbers, %s
%d units in %d layers, the widest of %d
%d parameters, the largest %.3g
sigma^2 E|s^ - s|^2 <= %.2g, for C = %s at most %.2g
`, e.name, number(sigma), network.Inputs(), network.Outputs(), e.kind(), size.Units, size.Depth, size.Width,
		size.Parameters, size.Weight, certificate.Total, number(C), certificate.Target)
	return nil
}

// rule exports the local rule with sigma as an input.
func (e *export) rule(C float64) error {
	certificate, err := relu.CertifyRule(e.in, C)
	if err != nil {
		return err
	}
	metadata, err := relu.Metadata(e.in, e.name, certificate)
	if err != nil {
		return err
	}
	e.onnx = func(w io.Writer) error { return relu.WriteRule(w, e.in, e.format, metadata) }
	fmt.Fprintf(&e.text, `%s with sigma as an input
%d numbers and sigma -> %[2]d numbers, %s; ReLU for the circuit, tanh and exp elsewhere
sigma^2 E|s^ - s|^2 <= %.2g for sigma from %.3g to %.3g, for C = %s at most %.2g
`, e.name, e.in.Dim(), e.kind(), certificate.Total, certificate.From, certificate.To, number(C), certificate.Target)
	return nil
}

// checkFile finds out before the work whether a file can be written.
func (c *exportCommand) checkFile(flag, path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return fmt.Errorf("%s=%s: there is no folder %s", flag, path, filepath.Dir(path))
	}
	switch info, err := os.Stat(path); {
	case err != nil:
	case info.IsDir():
		return fmt.Errorf("%s=%s: that is a folder; want the name of a file", flag, path)
	case info.Mode().IsRegular() && !c.Force:
		return fmt.Errorf("%s=%s: the file exists; give --force to replace it", flag, path)
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
