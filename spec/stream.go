package spec

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the random stream of one purpose. Streams of different
// arguments are independent: each is ChaCha8 keyed by the SHA-256 hash of the
// root seed, the purpose, the digest of the problem (empty where there is none)
// and the number of the replicate. One root seed therefore replays a whole run,
// call by call and in any order.
func Stream(root uint64, purpose string, digest []byte, replicate uint64) *rand.Rand {
	key := make([]byte, 0, 64)
	key = binary.LittleEndian.AppendUint64(key, root)
	key = binary.LittleEndian.AppendUint64(key, uint64(len(purpose)))
	key = append(key, purpose...)
	key = binary.LittleEndian.AppendUint64(key, uint64(len(digest)))
	key = append(key, digest...)
	key = binary.LittleEndian.AppendUint64(key, replicate)
	return rand.New(rand.NewChaCha8(sha256.Sum256(key)))
}

// Split returns a stream keyed by the next 256 bits of rng. A sampler that
// works on its rows in parallel gives each row a stream of its own, made in order
// before the work begins, so that the result does not depend on the schedule.
func Split(rng *rand.Rand) *rand.Rand {
	var key [32]byte
	for i := 0; i < len(key); i += 8 {
		binary.LittleEndian.PutUint64(key[i:], rng.Uint64())
	}
	return rand.New(rand.NewChaCha8(key))
}
