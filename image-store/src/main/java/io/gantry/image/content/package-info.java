/**
 * What lies on disk and how it gets there whole: documents by digest, unpacked layers by diff id,
 * and the trash through which everything leaves.
 *
 * <pre>
 *   &lt;root&gt;/blobs/sha256/&lt;hex&gt;      indexes, manifests, configs as they came
 *   &lt;root&gt;/layers/&lt;hex&gt;/fs         one unpacked layer, with layer.json and inventory beside it,
 *                                  and the blob that it came as where blobs are kept
 *   &lt;root&gt;/images/&lt;hex&gt;.json       one image; .held when removed but still claimed
 *   &lt;root&gt;/holds/&lt;owner&gt;           a symlink to the image id: one atomic call makes it
 *   &lt;root&gt;/snapshots/&lt;id&gt;          writable directories of a container
 *   &lt;root&gt;/empty                   what an image without layers consists of
 *   &lt;root&gt;/staging, &lt;root&gt;/trash   coming and going; emptied at start
 * </pre>
 *
 * <p>A directory in {@code layers} exists only complete and synced: it is unpacked in staging, its
 * record is written inside, the file system is synced once, and one rename makes it a layer.
 */
@NullMarked
package io.gantry.image.content;

import org.jspecify.annotations.NullMarked;
