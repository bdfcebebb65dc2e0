package comment

// ScanReply answers /scan: what scanners, and policies on manifests, say of p.Scans, as the living comment would, within
// Budget. Page fields that are about plans count for nothing.
func ScanReply(p Page) Rendered { panic("being written") }
