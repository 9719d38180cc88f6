import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Copies a jar whose classes are of a version that the JVM's cache does not take, as ones of Java 8:
 * with the stack maps that the verifier has wanted since Java 6. usage: FROM TO
 */
final class ModernClasses {

  private static final int JAVA_8 = 52;

  private ModernClasses() {}

  public static void main(String[] args) throws IOException {
    Path from = Path.of(args[0]);
    Path to = Path.of(args[1]);
    try (JarFile jar = new JarFile(from.toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(to))) {
      ClassHierarchyResolver known =
          ClassHierarchyResolver.ofResourceParsing(
                  type -> {
                    String name = type.descriptorString();
                    JarEntry entry =
                        jar.getJarEntry(name.substring(1, name.length() - 1) + ".class");
                    try {
                      return entry == null ? null : jar.getInputStream(entry);
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  })
              .orElse(ClassHierarchyResolver.defaultResolver());
      ClassFile files =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(known));
      for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        byte[] content = jar.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class") && (content[6] << 8 | content[7]) < JAVA_8) {
          content = modern(files, content);
        }
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(content);
        out.closeEntry();
      }
    }
  }

  private static byte[] modern(ClassFile files, byte[] content) {
    ClassModel model = files.parse(content);
    ClassTransform version =
        (builder, element) ->
            builder.with(
                element instanceof ClassFileVersion ? ClassFileVersion.of(JAVA_8, 0) : element);
    return files.transformClass(
        model,
        version.andThen(ClassTransform.transformingMethodBodies((code, part) -> code.with(part))));
  }
}
