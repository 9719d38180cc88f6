package io.gantry.image.content;

/** How the files of a layer are kept. */
public enum LayerForm {

  /** Unpacked, as files of the store's own file system. */
  DIRECTORY("fs"),

  /** As one image that the kernel mounts. */
  EROFS("fs.erofs");

  private final String file;

  LayerForm(String file) {
    this.file = file;
  }

  /** The name within the layer's directory. */
  public String file() {
    return file;
  }
}
