package io.mothership.app.style;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.RuntimeInvisibleAnnotationsAttribute;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a method marked {@code @HotPath} may not do, read from its class file. */
final class HotPathRules {
  private static final String MARK = "Lio/mothership/frame/HotPath;";
  private static final Set<String> BOXES =
      Set.of(
          "java/lang/Integer",
          "java/lang/Long",
          "java/lang/Short",
          "java/lang/Byte",
          "java/lang/Character",
          "java/lang/Boolean",
          "java/lang/Double",
          "java/lang/Float");
  private static final Set<String> CLOCKS =
      Set.of(
          "java/lang/System.currentTimeMillis",
          "java/time/Instant.now",
          "java/time/LocalDateTime.now");

  private HotPathRules() {}

  /** A class's violations, and how many methods were marked. */
  record Outcome(List<String> violations, int marked) {}

  static Outcome check(final byte[] classFile) {
    final ClassModel model = ClassFile.of().parse(classFile);
    final List<String> found = new ArrayList<>();
    int marked = 0;
    for (final MethodModel method : model.methods()) {
      if (isMarked(method)) {
        marked++;
        final String name =
            model.thisClass().asInternalName() + "." + method.methodName().stringValue() + ": ";
        method.code().ifPresent(code -> code.forEach(element -> check(found, name, element)));
      }
    }
    return new Outcome(found, marked);
  }

  private static boolean isMarked(final MethodModel method) {
    return method
        .findAttribute(Attributes.runtimeInvisibleAnnotations())
        .map(RuntimeInvisibleAnnotationsAttribute::annotations)
        .stream()
        .flatMap(List::stream)
        .anyMatch(annotation -> annotation.className().equalsString(MARK));
  }

  private static void check(
      final List<String> found, final String name, final CodeElement element) {
    switch (element) {
      case final InvokeInstruction invoke -> {
        final String owner = invoke.owner().asInternalName();
        final String method = invoke.name().stringValue();
        if (BOXES.contains(owner) && method.equals("valueOf")) {
          found.add(name + "boxes " + owner);
        } else if (owner.startsWith("java/util/stream/") || method.equals("stream")) {
          found.add(name + "streams");
        } else if (owner.equals("java/util/Optional")) {
          found.add(name + "Optional");
        } else if (owner.equals("java/lang/String")
            && (method.equals("format") || method.equals("formatted"))) {
          found.add(name + "formats text");
        } else if (CLOCKS.contains(owner + "." + method)) {
          found.add(name + "reads the wall clock");
        }
      }
      case final InvokeDynamicInstruction dynamic -> {
        final String bootstrap = dynamic.bootstrapMethod().owner().displayName();
        if (bootstrap.contains("StringConcatFactory")) {
          found.add(name + "builds text");
        } else if (dynamic.typeSymbol().parameterCount() != 0) {
          found.add(name + "captures in a lambda");
        }
      }
      case final MonitorInstruction monitor -> {
        if (monitor.opcode() == Opcode.MONITORENTER) {
          found.add(name + "synchronizes");
        }
      }
      case final NewObjectInstruction made -> {
        final String type = made.className().asInternalName();
        if (!type.endsWith("Exception") && !type.endsWith("Error")) {
          found.add(name + "makes a " + type);
        }
      }
      case final NewPrimitiveArrayInstruction array -> found.add(name + "makes an array");
      case final NewReferenceArrayInstruction array -> found.add(name + "makes an array");
      default -> {
        // Everything else is free.
      }
    }
  }
}
