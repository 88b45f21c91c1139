package relu

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"

	"assay/reduction"
)

// Metadata returns what an exported file says of itself: function, dials, the measurement A,
// the certificate as JSON, and a digest of the instance, whose name determines the circuit, and the
// certificate.
func Metadata(in *reduction.Instance, problem string, certificate any) (map[string]string, error) {
	type pair struct {
		Instance    *reduction.Instance `json:"instance"`
		Certificate any                 `json:"certificate"`
	}
	whole, err := json.Marshal(pair{in, certificate})
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	proof, err := json.Marshal(certificate)
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	dials, n, m := in.Dials(), in.Function().N, in.Function().M
	return map[string]string{
		"problem":     problem,
		"function":    in.Function().Name,
		"R":           number(dials.R),
		"eps":         number(dials.Eps),
		"beta":        number(dials.Beta),
		"A":           fmt.Sprintf("y = x[%d:%d] + (beta/R) * standard normal noise", n, n+m),
		"certificate": string(proof),
		"digest":      fmt.Sprintf("sha256:%x", sha256.Sum256(whole)),
	}, nil
}
