#include "core/record/Snapshot.h"

namespace lab {

ProbeRequest ProbeRequest::operator|(const ProbeRequest& o) const {
    ProbeRequest out;
    out.channels = channels || o.channels;
    out.images = images || o.images;
    out.representations = representations || o.representations;
    out.weights = weights || o.weights;
    out.activity = activity || o.activity;
    out.alignment = alignment || o.alignment;
    out.confusion = confusion || o.confusion;
    out.reads = reads || o.reads;
    return out;
}

void SnapshotSlot::publish(std::shared_ptr<const Snapshot> snapshot) {
    std::lock_guard lock(m_mutex);
    m_snapshot.swap(snapshot);
}

std::shared_ptr<const Snapshot> SnapshotSlot::latest() const {
    std::lock_guard lock(m_mutex);
    return m_snapshot;
}

}  // namespace lab
