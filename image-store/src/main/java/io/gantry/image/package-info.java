/**
 * The image store: what images are on this node, and how they come and go. {@link
 * io.gantry.image.ImageStore} is the only door; behind it, in the order of their dependence:
 *
 * <pre>
 *   error  ◄─ reference ◄─ manifest ◄─ registry   documents and bytes from elsewhere
 *                              ▲
 *   layer (tar → directory) ◄─ content ◄─ snapshot   what lies on disk
 *                              ▲
 *                           archive               tars of images, read and written
 * </pre>
 *
 * <p>A pull: the reference is resolved to an index, the index to a manifest, the manifest to a
 * config; then each missing layer goes in one pass from the socket through both digests into a
 * directory of its own. Whole layers are synced and renamed into place; the image's record, written
 * last, makes it visible.
 *
 * <pre>
 *   layer:  absent ──unpack──► staged ──sync, rename──► stored ──no image uses it──► trash ──► gone
 *   image:  absent ──record──► listed ──remove──► gone
 *                                   └──remove while held──► hidden ──last release──► gone
 * </pre>
 */
@NullMarked
package io.gantry.image;

import org.jspecify.annotations.NullMarked;
