/**
 * Images on their way out of the store. Unpacked layers are made into blobs again, documents are
 * fitted to them, and the whole is written as an archive or handed to a registry.
 *
 * <pre>
 *   layer's files ──LayerTar──► LayerPacking ──blob, diff id──► ImageAssembly ──► OutgoingImage
 *                                                                   config, manifest │
 *                                                        LayoutTar ◄─────────────────┤
 *                                                        registry  ◄─────────────────┘
 * </pre>
 */
@NullMarked
package io.gantry.image.outgoing;

import org.jspecify.annotations.NullMarked;
