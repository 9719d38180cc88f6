package io.gantry.image.content;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.Decompression;
import io.gantry.image.layer.LayerUnpacker;
import io.gantry.image.layer.SizeLimit;
import io.gantry.image.layer.TarReader;
import io.gantry.image.layer.UnpackedLayer;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.reference.DigestedStream;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * The one streaming pass of a layer: bytes → digest → decompress → diff id → files. The files are
 * only good when this returns. Shared by all layer threads.
 */
public final class LayerPass {

  private final LayerUnpacker unpacker;
  private final LayerForm form;
  private final long maxBytes;
  private final Manner manner;

  /**
   * How layers are read.
   *
   * @param keepBlobs whether the bytes are written down as they come
   * @param observer told of each
   */
  public record Manner(boolean keepBlobs, WorkObserver observer) {}

  /**
   * @param form that the unpacker makes
   */
  LayerPass(LayerUnpacker unpacker, LayerForm form, long maxBytes, Manner manner) {
    this.unpacker = unpacker;
    this.form = form;
    this.maxBytes = maxBytes;
    this.manner = manner;
  }

  /**
   * Unpacks a layer.
   *
   * @param folder gets the files, in {@link LayerForm#file}, and the blob if it is kept
   */
  UnpackedLayer run(LayerSpec layer, BlobSource source, LayerProgress progress, Path folder)
      throws IOException {
    String name = "layer " + layer.blob().digest();
    if (layer.blob().size() > maxBytes) {
      throw new ImageException.Refused(
          name,
          "its " + layer.blob().size() + " bytes are over the limit of " + maxBytes,
          "raise image.max_layer_bytes if you trust the image");
    }
    manner.observer().layerBegan();
    try (InputStream raw = progress.counting(source.open(layer.blob()));
        InputStream kept = kept(raw, folder);
        DigestedStream blob =
            new DigestedStream(kept, name, layer.blob().digest(), layer.blob().size())) {
      UnpackedLayer unpacked = unpack(layer, name, blob, folder.resolve(form.file()));
      manner.observer().layerUnpacked(unpacked.bytes());
      return manner.keepBlobs()
          ? new UnpackedLayer(
              unpacked.bytes() + blob.count(), unpacked.inodes() + 1, unpacked.sums())
          : unpacked;
    } catch (WrongBytesException e) {
      throw source.distrust(layer.blob()) ? e : e.damage();
    } finally {
      manner.observer().layerEnded();
    }
  }

  private InputStream kept(InputStream raw, Path folder) throws IOException {
    return manner.keepBlobs() ? new KeepingStream(raw, folder.resolve(StoreLayout.BLOB)) : raw;
  }

  private UnpackedLayer unpack(LayerSpec layer, String name, DigestedStream blob, Path target)
      throws IOException {
    try (InputStream plain = Decompression.of(blob);
        DigestedStream tar =
            new DigestedStream(
                new SizeLimit(plain, name, maxBytes),
                "uncompressed " + name,
                layer.diffId(),
                DigestedStream.UNKNOWN_SIZE)) {
      UnpackedLayer unpacked = unpacker.unpack(new TarReader(tar), target);
      tar.drain();
      blob.drain();
      return unpacked;
    } catch (ImageException.Corrupt e) {
      throw rootCause(e, blob);
    } catch (SyscallException e) {
      throw new ImageException.Storage(
          name, "cannot unpack: " + e.getMessage(), "check the disk of the image store", e);
    }
  }

  /** Damaged bytes show up as nonsense in a format first: the digest tells whose fault it is. */
  private static IOException rootCause(ImageException.Corrupt damage, DigestedStream blob) {
    try {
      blob.drain();
      return damage;
    } catch (ImageException.Corrupt wrong) {
      if (!wrong.equals(damage)) {
        wrong.addSuppressed(damage);
      }
      return new WrongBytesException(wrong);
    } catch (IOException deeper) {
      deeper.addSuppressed(damage);
      return deeper;
    }
  }
}
